// Whether several requests for one example each are quicker predicted together: the time of an example in batches of every size.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { TARGET } from "../paths.mjs";
import { PIXELS } from "./cells.mjs";

const SIZES = [1, 2, 4, 16, 64];
/** Sizes take turns, so that a noise hits all alike. */
const TURNS = 5;

/**
 * In this process, with the packages of the models: what a Worker's isolate would run, without HTTP. The best time of each
 * size: what else runs on the machine makes it longer, never shorter.
 * @param {Float32Array} images
 * @param {number} seconds for each size
 * @returns {Promise<import("../types.js").BatchRow[]>}
 */
export async function measureBatches(images, seconds) {
  /** @type {Record<string, (size: number) => Record<string, { data: Float32Array, shape: number[] }>>} */
  const models = {
    digits: (size) => ({ image: { data: images.subarray(0, size * PIXELS), shape: [size, 1, 28, 28] } }),
    iris: (size) => ({ features: { data: new Float32Array(size * 4).fill(1.5), shape: [size, 4] } }),
  };
  const rows = [];
  for (const [model, inputs] of Object.entries(models)) {
    const { load } = await import(pathToFileURL(join(TARGET, "npm", `onnxlet-${model}`, "node.js")).href);
    const loaded = await load({ thread: false });
    const best = new Map(SIZES.map((size) => [size, Infinity]));
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const [size, before] of best) best.set(size, Math.min(before, await fastest(seconds / TURNS, () => loaded.predict(inputs(size)))));
    }
    for (const [size, ms] of best) rows.push({ model, size, example_us: Math.round((ms * 10_000) / size) / 10 });
  }
  return rows;
}

/** @param {number} seconds @param {() => unknown} call */
async function fastest(seconds, call) {
  let best = Infinity;
  for (const end = performance.now() + seconds * 1000; performance.now() < end || best === Infinity; ) {
    const begun = performance.now();
    await call();
    best = Math.min(best, performance.now() - begun);
  }
  return best;
}
