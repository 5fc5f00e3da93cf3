// The cases that collect.py wrote, and their tensors.

import { readFile } from "node:fs/promises";
import { endianness } from "node:os";
import { join } from "node:path";

/**
 * A tensor as `cases.json` has it: elements in a file, or texts.
 * @typedef {{ name: string, dtype: string, stored?: string, shape: number[], file?: string, texts?: string[] }} Stored
 */
/** @typedef {{ inputs: Stored[], outputs: Stored[] }} Set */
/**
 * @typedef {{ name: string, suite: string, domain: string, operator: string, opset: number, expanded?: boolean,
 *   model?: string, sets?: Set[], not_tensor?: string }} Case
 */
/**
 * A tensor: numbers as a typed array (float16 as its bits, bool as bytes), texts as an array. What JavaScript has no
 * array for is widened: float8, float4 and bfloat16 to float32, int4 and int2 to bytes.
 * @typedef {{ name: string, dtype: string, shape: number[], data: any }} Tensor
 */

const CLASSES = {
  float32: Float32Array, float64: Float64Array, float16: Uint16Array, bool: Uint8Array, int8: Int8Array, int16: Int16Array,
  int32: Int32Array, int64: BigInt64Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, uint64: BigUint64Array,
};

/**
 * The index.
 * @param {string} folder
 * @returns {Promise<{ onnx: string, cases: Case[] }>}
 */
export async function readIndex(folder) {
  return JSON.parse(await readFile(join(folder, "cases.json"), "utf8"));
}

/**
 * @param {string} folder
 * @param {Stored} stored
 * @returns {Promise<Tensor>}
 */
export async function readTensor(folder, stored) {
  const { name, dtype, shape, texts, file = "" } = stored;
  if (texts) return { name, dtype, shape, data: texts };
  if (endianness() !== "LE") throw new Error("the files are little-endian, and this machine is not");
  const array = CLASSES[/** @type {keyof typeof CLASSES} */ (stored.stored ?? dtype)];
  if (!array) throw new Error(`${name}: the type ${stored.stored ?? dtype} is unknown here`);
  // Copied: a Buffer's memory may begin anywhere.
  const bytes = new Uint8Array(await readFile(join(folder, file)));
  return { name, dtype, shape, data: new array(bytes.buffer) };
}

/** @param {string} dtype */
export const isFloat = (dtype) => dtype.startsWith("float") || dtype === "bfloat16";

/**
 * The numbers that IEEE binary16s stand for: exact in a float32.
 * @param {Uint16Array} bits
 */
export function halves(bits) {
  return Float32Array.from(bits, (half) => {
    const [exponent, fraction] = [(half >> 10) & 0x1f, half & 0x3ff];
    const sign = half >> 15 ? -1 : 1;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
    return sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
}
