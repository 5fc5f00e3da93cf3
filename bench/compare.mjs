// Whether an engine's outputs are the reference's.

/** @typedef {import("./types.js").Tensors} Tensors */

const RELATIVE = 1e-3;
const ABSOLUTE = 1e-5;

/**
 * What is different, or `undefined` where nothing is, to within the tolerance. Engines may have another dtype for whole
 * numbers (rten has no int64).
 * @param {Tensors} got
 * @param {Tensors} expected
 * @returns {string | undefined}
 */
export function difference(got, expected) {
  for (const [name, tensor] of Object.entries(expected)) {
    const other = got[name];
    if (!other) return `it has no output ${name}, but ${Object.keys(got).join(", ")}`;
    if (`${other.shape}` !== `${tensor.shape}`) return `${name} has shape [${other.shape}], expected [${tensor.shape}]`;
    const worst = furthest(other, tensor);
    if (worst) return `${name}: ${worst}`;
  }
  return undefined;
}

/**
 * The element that is furthest outside the tolerance.
 * @param {import("./types.js").Tensor} got
 * @param {import("./types.js").Tensor} expected
 */
function furthest(got, expected) {
  if (got.data.length !== expected.data.length) return `${got.data.length} elements, expected ${expected.data.length}`;
  let worst = { excess: 0, index: -1 };
  for (let index = 0; index < expected.data.length; index += 1) {
    const [value, wanted] = [Number(got.data[index]), Number(expected.data[index])];
    // NaN is never within a tolerance, except of NaN.
    const excess = Object.is(value, wanted) ? 0 : Math.abs(value - wanted) / (ABSOLUTE + RELATIVE * Math.abs(wanted));
    if (!(excess <= Math.max(1, worst.excess))) worst = { excess: Number.isNaN(excess) ? Infinity : excess, index };
  }
  if (worst.index < 0) return undefined;
  return `element ${worst.index} is ${got.data[worst.index]}, expected ${expected.data[worst.index]}`;
}
