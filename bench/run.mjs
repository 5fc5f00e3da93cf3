// Measures every engine with every model in every host, in one interleaved run. `cargo xtask bench` calls it.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { admit, LIMIT, messageOf } from "./contestants.mjs";
import { openHosts } from "./hosts/hosts.mjs";
import { busyness, describeMachine, describeVersions } from "./machine.mjs";
import { readModels } from "./models.mjs";
import { parseOptions } from "./options.mjs";
import { OUT, SITE, variable } from "./paths.mjs";
import { publish } from "./publish.mjs";
import { percent, QUIET } from "./quiet.mjs";
import { openSizes } from "./sizes.mjs";
import { times } from "./statistics.mjs";
import { RATIO_HEAD, ratios, table, text } from "./table.mjs";

/** @typedef {import("./contestants.mjs").Contestant} Contestant */

const options = parseOptions(process.argv.slice(2));
const out = options.quick ? join(OUT, "quick") : OUT;
const begun = performance.now();
const seconds = () => Math.round((performance.now() - begun) / 1000);

const models = await readModels(options.models);
await mkdir(out, { recursive: true });
const programs = { node: variable("ONNXLET_NODE"), chromium: variable("ONNXLET_CHROMIUM") };
const hosts = await openHosts(SITE, programs, options.hosts);
try {
  await measure();
} finally {
  for (const host of hosts.values()) await host.close();
}

async function measure() {
  const places = [...hosts].map(([name, host]) => ({ name, host }));
  const sizeOf = await openSizes();
  /** @type {Contestant[]} */
  let contestants = [];
  /** @type {import("./types.js").Run} */
  const run = {
    date: new Date().toISOString(),
    machine: await describeMachine(),
    versions: await describeVersions(programs),
    rounds: { cold: 0, steady: 0 },
    busy: { before: 0, after: 0 },
    models: Object.fromEntries(models.map(({ name, about, bytes, inputs }) => [name, { about, bytes, inputs: shapes(inputs) }])),
    refused: [],
    files: {},
  };
  for (const model of models) {
    console.log(`${seconds()} s  ${model.name}: checking each engine's outputs and files`);
    const { admitted, refused } = await admit(model, options.engines, places, sizeOf);
    for (const { engine, host, reason } of refused) console.log(`  ${engine} in ${host} takes no part: ${reason}`);
    contestants.push(...admitted);
    run.refused.push(...refused);
  }
  run.busy.before = await busyness();
  if (run.busy.before > QUIET) console.log(`${seconds()} s  ${percent(run.busy.before)} of the processors are busy with other work`);
  // Baking and compressing what is new takes long, once; it isn't counted.
  const limit = seconds() + options.minutes * 60;
  let lasted = 0;
  for (let round = 0; round < options.rounds; round += 1) {
    if (round > 0 && seconds() + lasted > limit) {
      console.log(`${seconds()} s  no time for another round within ${options.minutes} minutes`);
      break;
    }
    const from = seconds();
    const steady = round < options.steady;
    contestants = await oneRound(round, steady, contestants, run.refused);
    run.rounds.cold += 1;
    if (steady) run.rounds.steady += 1;
    await write(contestants, run);
    lasted = seconds() - from;
    console.log(`${seconds()} s  round ${round + 1} of ${options.rounds} is done`);
  }
  run.busy.after = await busyness();
  await write(contestants, run);
  const rows = contestants.map(rowOf);
  console.log(`\n${table(rows)}\n\n${text([RATIO_HEAD, ...ratios(rows)], 2)}`);
  for (const { model, engine, host, reason } of run.refused) console.log(`${model}, ${engine} in ${host}: ${reason}`);
  console.log(`\n${join(out, "results.json")}: ${rows.length} rows in ${seconds()} s`);
  if (options.publish) await publish(rows, run);
}

/**
 * Starts each engine once, models and hosts in turn; every round begins with another engine. Returns those that did not
 * fail.
 * @param {number} round
 * @param {boolean} steady
 * @param {Contestant[]} contestants
 * @param {import("./types.js").Refused[]} refused
 */
async function oneRound(round, steady, contestants, refused) {
  const failed = new Set();
  for (const model of models) {
    for (const [name, host] of hosts) {
      const present = contestants.filter((one) => one.model === model && one.host === name);
      for (let turn = 0; turn < present.length; turn += 1) {
        const one = /** @type {Contestant} */ (present[(turn + round) % present.length]);
        const { engine } = one;
        try {
          const sample = await host.measure({ engine, model: model.name, steady, outputs: false }, LIMIT);
          one.cold.push(sample.cold);
          one.predict.push(...sample.predict);
          if (steady) one.memory = Math.max(one.memory, sample.memory);
        } catch (error) {
          failed.add(one);
          refused.push({ model: model.name, engine, host: name, reason: `in round ${round + 1}: ${messageOf(error)}` });
        }
      }
    }
  }
  return contestants.filter((one) => !failed.has(one));
}

/**
 * @param {Contestant[]} contestants
 * @param {import("./types.js").Run} run
 */
async function write(contestants, run) {
  run.files = Object.fromEntries(
    contestants.map(({ model, engine, host, files }) => [`${model.name} ${engine} ${host}`, files]),
  );
  await writeFile(join(out, "results.json"), `${JSON.stringify(contestants.map(rowOf), null, 2)}\n`);
  await writeFile(join(out, "run.json"), `${JSON.stringify(run, null, 2)}\n`);
}

/**
 * @param {Contestant} contestant
 * @returns {import("./types.js").Row}
 */
function rowOf({ model, engine, host, bytes, cold, predict, memory }) {
  return {
    model: model.name,
    engine,
    host,
    bytes,
    cold_ms: times(cold),
    predict_ms: times(predict),
    memory_bytes: memory,
  };
}

/**
 * @param {import("./types.js").Tensors} tensors
 * @returns {Record<string, string>}
 */
function shapes(tensors) {
  return Object.fromEntries(Object.entries(tensors).map(([name, { dtype, shape }]) => [name, `${dtype}[${shape}]`]));
}
