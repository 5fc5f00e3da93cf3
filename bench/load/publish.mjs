// bench/LOAD.md: the tables of a run, between marks; what is said about them stands there by hand.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { between } from "../page.mjs";
import { BENCH } from "../paths.mjs";
import { quietness } from "../quiet.mjs";
import { markdown } from "../table.mjs";
import { ABOUT } from "./servers.mjs";
import { BATCH_HEAD, batchCells, cells, HEAD, MEMORY_HEAD, memoryCells } from "./table.mjs";

/** @param {import("../types.js").LoadRun} run */
export async function publish(run) {
  const path = join(BENCH, "LOAD.md");
  await writeFile(path, between(await readFile(path, "utf8"), "load", tables(run)));
  console.log(path);
}

/** @param {import("../types.js").LoadRun} run */
function tables(run) {
  const servers = Object.entries(ABOUT).map(([name, about]) => [`\`${name}\``, about]);
  return `On ${run.date.slice(0, 10)}; ${run.rounds} rounds, ${run.seconds} s for each server in each cell. ${quietness(run.busy)}

${table([["server", ""], ...servers])}

${table([HEAD, ...cells(run.rows)], 4)}

Every answer was right: probabilities are within ${run.difference.toExponential(0)} of onnxruntime's.

### Memory

Of the process and all that it started, resident.

${table([MEMORY_HEAD, ...memoryCells(run.memory)], 1)}

### Batches

${table([BATCH_HEAD, ...batchCells(run.batches)], 1)}

### Machine and versions

${table([["", ""], ...Object.entries({ ...run.machine, ...run.versions })])}`;
}

/**
 * @param {string[][]} lines
 * @param {number} [left] how many columns begin on the left; all, where not given
 */
function table([head = [], ...lines], left = head.length) {
  return markdown([head, head.map((_, column) => (column < left ? "---" : "--:")), ...lines]);
}
