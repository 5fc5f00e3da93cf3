// Whether an engine's outputs are the reference's.

/** @typedef {import("./types.js").Tensors} Tensors */

const RELATIVE = 1e-3;
const ABSOLUTE = 1e-5;

/**
 * What is different, or `undefined` where nothing is, to within the tolerance of what lies between the references' answers: with and
 * without its optimiser, onnxruntime-web differs from itself. Engines may have another dtype for whole numbers (rten has no int64).
 * @param {Tensors} got
 * @param {Tensors} expected
 * @param {Tensors} also
 * @returns {string | undefined}
 */
export function difference(got, expected, also = expected) {
  for (const [name, tensor] of Object.entries(expected)) {
    const other = got[name];
    const second = also[name] ?? tensor;
    if (!other) return `it has no output ${name}, but ${Object.keys(got).join(", ")}`;
    if (`${other.shape}` !== `${tensor.shape}`) return `${name} has shape [${other.shape}], expected [${tensor.shape}]`;
    const worst = furthest(other, tensor, second);
    if (worst) return `${name}: ${worst}`;
  }
  return undefined;
}

/**
 * The element that is furthest outside the tolerance.
 * @param {import("./types.js").Tensor} got
 * @param {import("./types.js").Tensor} expected
 * @param {import("./types.js").Tensor} also
 */
function furthest(got, expected, also) {
  if (got.data.length !== expected.data.length) return `${got.data.length} elements, expected ${expected.data.length}`;
  let worst = { excess: 0, index: -1 };
  for (let index = 0; index < expected.data.length; index += 1) {
    const [value, first, second] = [got, expected, also].map(({ data }) => Number(data[index]));
    const excess = excessOf(value ?? NaN, first ?? NaN, second ?? NaN);
    if (!(excess <= Math.max(1, worst.excess))) worst = { excess: Number.isNaN(excess) ? Infinity : excess, index };
  }
  if (worst.index < 0) return undefined;
  return `element ${worst.index} is ${got.data[worst.index]}, expected ${between(expected.data[worst.index], also.data[worst.index])}`;
}

/**
 * How far a value is from what lies between two, in units of what is allowed. NaN is never within a tolerance, except of NaN.
 * @param {number} value
 * @param {number} first
 * @param {number} second
 */
function excessOf(value, first, second) {
  if (Object.is(value, first) || Object.is(value, second)) return 0;
  const nearest = Math.min(Math.max(value, Math.min(first, second)), Math.max(first, second));
  return value === nearest ? 0 : Math.abs(value - nearest) / (ABSOLUTE + RELATIVE * Math.abs(nearest));
}

/** @param {unknown} first @param {unknown} second */
const between = (first, second) => (Object.is(first, second) ? `${first}` : `${first} to ${second}`);
