// Shrinking a grey picture with a triangle filter, widened by the scale so that thin strokes don't break up.

/** @typedef {{ values: Float32Array, width: number, height: number }} Grey values in 0..255, row by row */

/**
 * @param {Grey} grey
 * @param {number} width
 * @param {number} height
 * @returns {Grey}
 */
export function resample(grey, width, height) {
  const wide = { values: new Float32Array(width * grey.height), width, height: grey.height };
  const columns = taps(grey.width, width);
  for (let y = 0; y < grey.height; y++) {
    for (let x = 0; x < width; x++) wide.values[y * width + x] = sum(columns[x], (at) => grey.values[y * grey.width + at]);
  }
  const small = { values: new Float32Array(width * height), width, height };
  const rows = taps(grey.height, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) small.values[y * width + x] = sum(rows[y], (at) => wide.values[at * width + x]);
  }
  return small;
}

/**
 * For each target position, which source positions it is made of.
 * @param {number} from
 * @param {number} to
 */
function taps(from, to) {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, target) => {
    const centre = (target + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(from - 1, Math.floor(centre + reach));
    const weights = [];
    for (let at = first; at <= last; at++) weights.push(Math.max(0, 1 - Math.abs(at - centre) / reach));
    const total = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}

/**
 * @param {{ first: number, weights: number[] } | undefined} tap
 * @param {(at: number) => number | undefined} value
 */
function sum(tap, value) {
  let total = 0;
  tap?.weights.forEach((weight, index) => (total += weight * (value(tap.first + index) ?? 0)));
  return total;
}
