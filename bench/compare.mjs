// Whether an engine's outputs are the reference's.

import { distance } from "../tests/models/support/between.mjs";

/** @typedef {import("./types.js").Tensors} Tensors */

/**
 * What is different, or `undefined` where nothing is, to within the tolerance of what lies between the references' answers: with and
 * without its optimiser, and inside wasm and natively, onnxruntime differs from itself. Engines may have another dtype for whole
 * numbers (rten has no int64).
 * @param {Tensors} got
 * @param {Tensors[]} references the first says what outputs there are
 * @returns {string | undefined}
 */
export function difference(got, references) {
  for (const [name, tensor] of Object.entries(references[0] ?? {})) {
    const other = got[name];
    if (!other) return `it has no output ${name}, but ${Object.keys(got).join(", ")}`;
    if (`${other.shape}` !== `${tensor.shape}`) return `${name} has shape [${other.shape}], expected [${tensor.shape}]`;
    const worst = furthest(other, references.map((tensors) => tensors[name] ?? tensor));
    if (worst) return `${name}: ${worst}`;
  }
  return undefined;
}

/**
 * The element that is furthest outside the tolerance.
 * @param {import("./types.js").Tensor} got
 * @param {import("./types.js").Tensor[]} references
 */
function furthest(got, references) {
  const length = references[0]?.data.length ?? 0;
  if (got.data.length !== length) return `${got.data.length} elements, expected ${length}`;
  let worst = { excess: 0, index: -1 };
  for (let index = 0; index < length; index += 1) {
    const excess = excessOf(Number(got.data[index]), references.map(({ data }) => Number(data[index])));
    if (!(excess <= Math.max(1, worst.excess))) worst = { excess: Number.isNaN(excess) ? Infinity : excess, index };
  }
  if (worst.index < 0) return undefined;
  const wanted = new Set(references.map(({ data }) => data[worst.index]));
  return `element ${worst.index} is ${got.data[worst.index]}, expected ${[...wanted].join(" to ")}`;
}

/**
 * How far a value is from what lies between others, in units of what is allowed. NaN is never within a tolerance, except of NaN.
 * @param {number} value
 * @param {number[]} others
 */
function excessOf(value, others) {
  const { share } = distance(value, others);
  return others.some((other) => Object.is(value, other)) ? 0 : share;
}
