// bench/RESULTS.md and its plots.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BENCH } from "./paths.mjs";
import { plots } from "./plots.mjs";
import { quietness } from "./quiet.mjs";
import { cells, HEAD, markdown, RATIO_HEAD, ratios } from "./table.mjs";

/**
 * @param {import("./types.js").Row[]} rows
 * @param {import("./types.js").Run} run
 */
export async function publish(rows, run) {
  const drawn = await plots(rows);
  for (const { file, svg } of drawn) await writeFile(join(BENCH, file), svg);
  await writeFile(join(BENCH, "RESULTS.md"), page(rows, run, drawn));
  console.log(`${join(BENCH, "RESULTS.md")} and ${drawn.length} plots`);
}

/**
 * @param {import("./types.js").Row[]} rows
 * @param {import("./types.js").Run} run
 * @param {{ file: string, title: string }[]} drawn
 */
function page(rows, run, drawn) {
  const pictures = drawn.map(({ file, title }) => `![${title}](${file})`).join("\n\n");
  const right = HEAD.map((_, column) => (column < 3 ? "---" : "--:"));
  const models = Object.entries(run.models).map(([name, { about, bytes, inputs }]) => {
    const asked = Object.entries(inputs).map(([input, shape]) => `\`${input}\` ${shape}`).join(", ");
    return [name, about, `${(bytes / 1e3).toFixed(0)} KB`, asked];
  });
  return `# Results

Written by \`cargo xtask bench --publish\` on ${run.date.slice(0, 10)}; don't edit. How it is measured: [README.md](README.md).
${run.rounds.cold} rounds, ${run.rounds.steady} of them with steady predicts.
${quietness(run.busy)}

${pictures}

${markdown([HEAD, right, ...cells(rows)])}

Downloads are JS + wasm + model, of all files that the engine reads to answer. Times are in ms, median unless said
otherwise. Memory is WebAssembly's.

## Onnxlet's share

What \`onnxlet-relaxed\` takes of what others take (gzip, medians): below 1 is ahead.

${markdown([RATIO_HEAD, RATIO_HEAD.map((_, column) => (column < 2 ? "---" : "--:")), ...ratios(rows)])}

## No numbers

${markdown([["model", "host", "engine", "reason"], Array(4).fill("---"), ...refusals(run)])}

## Models

${markdown([["model", "", "ONNX", "input"], ["---", "---", "--:", "---"], ...models])}

## Machine and versions

${markdown([["", ""], ["---", "---"], ...Object.entries({ ...run.machine, ...run.versions })])}
`;
}

/**
 * Hosts that an engine fails in for the same reason share a line.
 * @param {import("./types.js").Run} run
 */
function refusals({ refused }) {
  /** @type {Map<string, string[]>} */
  const lines = new Map();
  for (const { model, engine, host, reason } of refused) {
    const key = JSON.stringify([model, engine, reason]);
    const line = lines.get(key) ?? [model, "", engine, reason];
    line[1] = [line[1], host].filter(Boolean).join(", ");
    lines.set(key, line);
  }
  return [...lines.values()];
}
