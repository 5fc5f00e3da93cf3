// The counters behind /metrics, which outlive the instances that count.

/** @typedef {import("./engine.js").Engine} Engine */

/**
 * The counters of an instance, as bytes: an array without pointers, the same in every instance. They can be read after it
 * trapped, when nothing of it may be called any more.
 * @param {Engine} engine a fresh one
 * @returns {() => Uint8Array} its bytes as they are then
 */
export function countersOf(engine) {
  const { memory } = engine.exports;
  const at = engine.countersAt() >>> 0;
  const length = engine.countersLength();
  return () => new Uint8Array(memory.buffer, at, length);
}
