// Reading what tests/reference/ made, and comparing with it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { REFERENCE } from "./paths.mjs";

/**
 * Elements of a raw little-endian file below target/test/reference/.
 * @param {string} path
 * @returns {Promise<Float32Array<ArrayBuffer>>}
 */
export async function readFloats(path) {
  const bytes = await readFile(join(REFERENCE, path));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/**
 * Elements of a raw little-endian file of 64-bit integers.
 * @param {string} path
 */
export async function readIntegers(path) {
  const bytes = await readFile(join(REFERENCE, path));
  return Array.from({ length: bytes.length / 8 }, (_, at) => bytes.readBigInt64LE(at * 8));
}

/**
 * The largest difference between two answers.
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
export function largestDifference(a, b) {
  if (a.length !== b.length) throw new Error(`expected ${b.length} values, got ${a.length}`);
  let largest = 0;
  for (const [at, value] of a.entries()) {
    const difference = Math.abs(value - /** @type {number} */ (b[at]));
    // Written so that NaN counts as a difference.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
