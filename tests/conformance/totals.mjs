// Counting outcomes, and bringing like reasons together.

/** @typedef {import("./cases.mjs").Case} Case */
/** @typedef {import("./worker.mjs").Outcome} Outcome */
/** @typedef {import("./worker.mjs").Status} Status */

/** In the order in which they are told. */
export const STATUSES = /** @type {const} */ (["pass", "wrong", "refused", "trapped", "not_tensor"]);

/**
 * @param {Iterable<Outcome | undefined>} outcomes
 * @returns {Record<Status, number>}
 */
export function count(outcomes) {
  const counts = { pass: 0, wrong: 0, refused: 0, trapped: 0, not_tensor: 0 };
  for (const outcome of outcomes) if (outcome) counts[outcome.status] += 1;
  return counts;
}

/** @param {Record<Status, number>} counts */
export const told = (counts) => STATUSES.map((status) => `${counts[status]} ${status}`).join(", ");

/**
 * The operator that a case is about, with its domain where that isn't ONNX's own.
 * @param {Case} chosen
 */
export const family = ({ domain, operator }) => (domain ? `${domain}.${operator}` : operator);

/**
 * A reason in one line, without the case's own name.
 * @param {Case} chosen
 * @param {string} reason
 */
export function oneLine({ name }, reason) {
  const own = name.replace(/_expanded(_ver\d+)?$/, "");
  const line = reason.replace(/^the model cannot be loaded: /, "").replaceAll(own, "…").replace(/\s+/g, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** Characters of a reason. */
const LONGEST = 200;

/**
 * A reason without its numbers, so that like reasons are the same.
 * @param {string} line
 */
export const alike = (line) => line.replace(/\d+(\.\d+)?(e[+-]?\d+)?/g, "#");

/**
 * Items by a key of each, the larger groups first.
 * @template T
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @returns {[string, T[]][]}
 */
export function grouped(items, key) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const item of items) {
    const group = groups.get(key(item)) ?? [];
    groups.set(key(item), [...group, item]);
  }
  return [...groups].sort(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1));
}
