// Asks every server the same, in one interleaved run. `cargo xtask load` calls it.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { busyness, describeMachine } from "../machine.mjs";
import { OUT } from "../paths.mjs";
import { percent, QUIET } from "../quiet.mjs";
import { measureBatches } from "./batching.mjs";
import { nameOf, readImages } from "./cells.mjs";
import { Contest } from "./contest.mjs";
import { parseOptions } from "./options.mjs";
import { memoryOf } from "./processes.mjs";
import { publish } from "./publish.mjs";
import { startServer } from "./servers.mjs";
import { table } from "./table.mjs";
import { describeLoadVersions } from "./versions.mjs";

const options = parseOptions(process.argv.slice(2));
const out = options.quick ? join(OUT, "quick") : OUT;
const begun = performance.now();
const seconds = () => Math.round((performance.now() - begun) / 1000);

await mkdir(out, { recursive: true });
const images = await readImages();
const before = await busyness();
if (before > QUIET) console.log(`${percent(before)} of the processors are busy with other work`);
/** @type {import("../types.js").LoadServer[]} */
const servers = [];
try {
  for (const name of options.servers) servers.push(await startServer(name));
  const run = await measure();
  await writeFile(join(out, "load.json"), `${JSON.stringify(run, null, 2)}\n`);
  console.log(`\n${table(run)}\n\n${join(out, "load.json")}: ${run.rows.length} rows in ${seconds()} s`);
  const wrong = run.rows.filter(({ wrong }) => wrong > 0);
  if (wrong.length > 0) throw new Error(`wrong answers, or none: ${wrong.map((row) => `${row.server}, ${nameOf(row)}: ${row.wrong}`).join("; ")}`);
  if (options.publish) await publish(run);
} finally {
  for (const { stop } of servers) await stop();
}

/** @returns {Promise<import("../types.js").LoadRun>} */
async function measure() {
  const contest = new Contest(servers, options.cells, images);
  const difference = await contest.check();
  console.log(`${seconds()} s  every answer is right (to within ${difference.toExponential(1)} of onnxruntime's)`);
  // Code is compiled and caches filled; nothing of this counts.
  await contest.round({ turn: 0, seconds: options.quick ? 0.2 : 0.5, counts: false });
  const idle = await memories();
  for (let round = 0; round < options.rounds; round += 1) {
    await contest.round({ turn: round, seconds: options.seconds / options.rounds, counts: true });
    console.log(`${seconds()} s  round ${round + 1} of ${options.rounds} is done`);
  }
  await contest.check();
  const end = await memories();
  return {
    date: new Date().toISOString(),
    machine: await describeMachine(),
    versions: await describeLoadVersions(),
    seconds: options.seconds,
    rounds: options.rounds,
    busy: { before, after: await busyness() },
    difference,
    memory: Object.fromEntries(servers.map(({ name }, index) => [name, { idle: idle[index] ?? null, end: end[index] ?? null }])),
    rows: contest.rows(),
    batches: await measureBatches(images, options.quick ? 0.05 : 1),
  };
}

function memories() {
  return Promise.all(servers.map(({ pids }) => memoryOf(pids)));
}
