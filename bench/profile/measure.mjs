// Times of a loaded model: by step, and from call to call.

/**
 * @typedef {object} Line
 * @property {string} kind
 * @property {string} sizes
 * @property {number} operations
 * @property {number} time in ms
 */

/**
 * @typedef {object} Tier
 * @property {number} first the first call, in ms
 * @property {number} steady the least of all calls
 * @property {number} calls after how many calls one was within a fifth of it
 */

/** How long each measurement goes on, in ms. */
const PATIENCE = 3000;
/** A call is steady when it takes no more than this times the least. */
const STEADY = 1.2;

/**
 * The least time of each step, of a whole call, and the peak.
 * @param {import("./engine.mjs").Loaded} loaded
 */
export async function steps({ engine, inputs, functions }) {
  const peak = Math.max(...Array.from({ length: 8 }, () => engine.peak()));
  /** @type {Line[]} */
  let least = engine.profile(inputs);
  const whole = () => engine.predict(inputs, undefined);
  let call = timed(whole);
  for (const begun = performance.now(); performance.now() - begun < PATIENCE; ) {
    /** @type {Line[]} */
    const lines = engine.profile(inputs);
    least = least.map((line, at) => ({ ...line, time: Math.min(line.time, lines[at]?.time ?? Infinity) }));
    call = Math.min(call, timed(whole));
  }
  return { peak, call, functions, lines: least };
}

/**
 * How calls get faster, in a process that has made none.
 * @param {import("./engine.mjs").Loaded} loaded
 * @returns {Promise<Tier>}
 */
export async function callsUntilSteady({ engine, inputs }) {
  const times = [];
  for (const begun = performance.now(); performance.now() - begun < PATIENCE; ) {
    times.push(timed(() => engine.predict(inputs, undefined)));
    // V8 takes what its other threads have compiled when this one comes to rest.
    if (times.length % 16 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  const steady = Math.min(...times);
  return { first: times[0] ?? 0, steady, calls: times.findIndex((time) => time <= STEADY * steady) + 1 };
}

/** @param {() => unknown} call */
function timed(call) {
  const begun = performance.now();
  call();
  return performance.now() - begun;
}
