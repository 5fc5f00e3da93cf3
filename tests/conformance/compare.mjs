// Whether an answer is the expected one.

import { halves, isFloat } from "./cases.mjs";

/** @typedef {import("./cases.mjs").Tensor} Tensor */

/** Of the expected value: ONNX's own runner takes this, too. */
const RELATIVE = 1e-3;
/** Near zero. */
const ABSOLUTE = 1e-5;

/**
 * How an answer differs from the expected tensor, if it does: dtype, shape, then elements; floats within the tolerance,
 * everything else exactly. An engine may give float16 as its bits or widened.
 * @param {Tensor} want
 * @param {Omit<Tensor, "name"> | undefined} got
 * @returns {string | undefined}
 */
export function difference(want, got) {
  const { name } = want;
  if (!got) return `${name}: missing`;
  if (got.dtype !== want.dtype) return `${name}: expected ${want.dtype}, got ${got.dtype}`;
  if (String(got.shape) !== String(want.shape) || got.shape.length !== want.shape.length) {
    return `${name}: expected the shape [${want.shape}], got [${got.shape}]`;
  }
  const [expected, given] = [numbers(want), numbers(got)];
  if (given.length !== expected.length) return `${name}: expected ${expected.length} elements, got ${given.length}`;
  const same = isFloat(want.dtype) ? isClose : Object.is;
  /** @type {number[]} */
  const wrong = [];
  for (let index = 0; index < expected.length; index++) if (!same(given[index], expected[index])) wrong.push(index);
  if (wrong.length === 0) return undefined;
  const [at = 0] = wrong;
  return `${name}: ${wrong.length} of ${expected.length} wrong, at ${at}: expected ${show(expected[at])}, got ${show(given[at])}`;
}

/** @param {Omit<Tensor, "name">} tensor */
const numbers = ({ dtype, data }) => (dtype === "float16" && data instanceof Uint16Array ? halves(data) : data);

/**
 * NaN is NaN, an infinity itself.
 * @param {number} got
 * @param {number} want
 */
export function isClose(got, want) {
  if (Number.isNaN(got) || Number.isNaN(want)) return Number.isNaN(got) && Number.isNaN(want);
  return got === want || (Number.isFinite(want) && Math.abs(got - want) <= ABSOLUTE + RELATIVE * Math.abs(want));
}

/** @param {unknown} element */
const show = (element) => (typeof element === "string" ? JSON.stringify(element) : String(element));
