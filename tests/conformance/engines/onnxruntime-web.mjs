// onnxruntime-web's WebAssembly build, on one thread: the peer.

import { pathToFileURL } from "node:url";

/** @typedef {import("../cases.mjs").Tensor} Tensor */
/** @typedef {{ bundle: string }} Setting */

/** Fatal errors only: what it refuses, it throws. */
const QUIET = { logSeverityLevel: 4 };

/** What its tensors may be, in JavaScript. It takes 4-bit integers, and gives none back. */
const DTYPES = new Set([
  "float32", "float64", "float16", "bool", "string", "int4", "int8", "int16", "int32", "int64", "uint4", "uint8", "uint16",
  "uint32", "uint64",
]);

/**
 * @param {Setting} setting
 * @returns {Promise<import("../worker.mjs").Engine>}
 */
export async function start({ bundle }) {
  const { env, InferenceSession, Tensor } = await import(pathToFileURL(bundle).href);
  env.wasm.numThreads = 1;
  env.logLevel = "fatal";
  return async (onnx, sets) => {
    const session = await InferenceSession.create(onnx, QUIET);
    const answers = [];
    for (const inputs of sets) {
      /** @type {Record<string, unknown>} */
      const feeds = {};
      for (const { name, dtype, shape, data } of inputs) {
        if (!DTYPES.has(dtype)) throw new Error(`${name}: its JavaScript interface has no ${dtype}`);
        feeds[name] = new Tensor(dtype, halfBytes(dtype) ? pack(data) : data, shape);
      }
      answers.push(Object.entries(await session.run(feeds, QUIET)).map(output));
    }
    await session.release();
    return answers;
  };
}

/**
 * @param {[string, any]} entry
 * @returns {Tensor}
 */
const output = ([name, { type, dims, data }]) => ({ name, dtype: type, shape: [...dims], data });

/** @param {string} dtype */
const halfBytes = (dtype) => dtype === "int4" || dtype === "uint4";

/**
 * Two elements a byte, the first in the lower half; bytes without a sign also for int4.
 * @param {Int8Array | Uint8Array} elements
 */
export function pack(elements) {
  const packed = new Uint8Array(Math.ceil(elements.length / 2));
  for (const [index, element] of elements.entries()) {
    packed[index >> 1] = (packed[index >> 1] ?? 0) | ((element & 15) << (4 * (index & 1)));
  }
  return packed;
}
