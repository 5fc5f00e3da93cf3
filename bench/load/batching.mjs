// Whether several requests for one example each are quicker predicted together: the time of an example in batches of every size.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { times } from "../statistics.mjs";
import { TARGET } from "../paths.mjs";
import { PIXELS } from "./cells.mjs";

const SIZES = [1, 2, 4, 16, 64];

/**
 * In this process, with the packages of the models: what a Worker's isolate would run, without HTTP.
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
    for (const size of SIZES) {
      const spent = await callFor(seconds, () => loaded.predict(inputs(size)));
      rows.push({ model, size, example_us: Math.round((times(spent).median * 10_000) / size) / 10 });
    }
  }
  return rows;
}

/** @param {number} seconds @param {() => unknown} call */
async function callFor(seconds, call) {
  const spent = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end || spent.length === 0; ) {
    const begun = performance.now();
    await call();
    spent.push(performance.now() - begun);
  }
  return spent;
}
