// Runs in a fresh process of Node: calls an engine thousands of times, and tells how much memory it had early and late.

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { watchMemories } from "../harness/memories.mjs";
import { sized } from "../harness/sizes.mjs";
import { decode } from "../harness/tensors.mjs";

/** Beyond so many milliseconds a phase ends with fewer calls: large models take minutes otherwise. */
const LONGEST = 120_000;
const EARLY = 100;

/** @type {{ site: string, model: string, engine: import("../types.js").EngineName, calls: number, specs: import("../harness/sizes.mjs").Spec[] }} */
const { site, model, engine, calls, specs } = JSON.parse(process.argv[2] ?? "");
const folder = join(site, model);
const inputs = decode(readFileSync(join(folder, "inputs")));

/** @type {import("../types.js").Host} */
const host = {
  name: "node",
  async read(file) {
    return new Uint8Array(await readFile(file));
  },
};

const told = await measured().catch((error) => ({ failed: error instanceof Error ? error.message : String(error) }));
process.send?.(told, () => process.exit());

async function measured() {
  const memories = watchMemories();
  /** @type {import("../types.js").Adapter} */
  const { start } = await import(pathToFileURL(join(folder, engine, "adapter.mjs")).href);
  const predict = await start(host, engine, inputs);
  const same = await phase(memories, EARLY, () => predict(inputs));
  /** @type {import("../types.js").Tensors[]} */
  const usable = [];
  for (const other of sized(inputs, specs)) {
    // A model may have its own limits to what its axes can be.
    if (await predict(other).then(() => true, () => false)) usable.push(other);
  }
  let turn = 0;
  const next = () => predict(/** @type {import("../types.js").Tensors} */ (usable[turn++ % usable.length]));
  return { same, turns: await phase(memories, usable.length, next), sizes: usable.length };
}

/**
 * @param {{ bytes(): number }} memories
 * @param {number} soon
 * @param {() => Promise<unknown>} call
 */
async function phase(memories, soon, call) {
  const begun = performance.now();
  let [done, early] = [0, 0];
  for (; done < calls && (done < soon || performance.now() - begun < LONGEST); done += 1) {
    if (done === soon) early = memories.bytes();
    await call();
  }
  return { calls: done, early, late: memories.bytes() };
}
