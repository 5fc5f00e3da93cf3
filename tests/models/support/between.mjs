// Where onnxruntime's answers differ from each other, what lies between them is right.

const RELATIVE = 1e-3;
const ABSOLUTE = 1e-5;

/**
 * How far a value is from what lies between others, and the same in units of what is allowed there: 1e-3 relative, 1e-5 absolute. NaN
 * where one of them is.
 * @param {number} value
 * @param {number[]} others
 */
export function distance(value, others) {
  const nearest = Math.min(Math.max(value, Math.min(...others)), Math.max(...others));
  const difference = Math.abs(value - nearest);
  return { difference, share: difference / (ABSOLUTE + RELATIVE * Math.abs(nearest)) };
}
