// The best and the middle of some times.

/**
 * @param {readonly number[]} values at least one
 * @returns {import("./types.js").Times}
 */
export function times(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const median = (at(sorted, (sorted.length - 1) >> 1) + at(sorted, sorted.length >> 1)) / 2;
  return { min: round(at(sorted, 0)), median: round(median) };
}

/**
 * @param {readonly number[]} values
 * @param {number} index
 */
function at(values, index) {
  const value = values[index];
  if (value === undefined) throw new Error("there are no values");
  return value;
}

/**
 * To a microsecond: the clock has no more.
 * @param {number} value
 */
const round = (value) => Math.round(value * 1000) / 1000;
