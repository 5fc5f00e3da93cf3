// One measurement, the same in every host: from nothing to the first answer, then the steady state.

import { watchMemories } from "./memories.mjs";

/** Code that was compiled in a hurry is compiled again while it runs: so long, at least, before predicts are counted. */
const WARM_UP = { calls: 5, ms: 500 };
const COUNTED = { calls: 7, ms: 500, most: 400 };

/**
 * The caller has done nothing yet but read the inputs: the clock starts before the adapter's own code is fetched.
 * @param {string} adapter address of the engine's adapter
 * @param {import("../types.js").Host} host
 * @param {import("../types.js").Request} request
 * @param {import("../types.js").Tensors} inputs
 * @returns {Promise<import("../types.js").Sample>}
 */
export async function sample(adapter, host, { engine, steady, outputs: wanted }, inputs) {
  const memories = watchMemories();
  const begun = performance.now();
  /** @type {import("../types.js").Adapter} */
  const { start } = await import(adapter);
  const predict = await start(host, engine, inputs);
  const outputs = await predict(inputs);
  const cold = performance.now() - begun;
  /** @type {number[]} */
  const times = [];
  if (steady) {
    await repeat(WARM_UP, () => predict(inputs), []);
    await repeat(COUNTED, () => predict(inputs), times);
  }
  return { cold, predict: times, memory: memories.bytes(), ...(wanted && { outputs }) };
}

/**
 * Calls until both the number of calls and the time are reached, and notes how long each call took.
 * @param {{ calls: number, ms: number, most?: number }} until
 * @param {() => Promise<unknown>} call
 * @param {number[]} times
 */
async function repeat({ calls, ms, most = Infinity }, call, times) {
  const begun = performance.now();
  while (times.length < most && (times.length < calls || performance.now() - begun < ms)) {
    const from = performance.now();
    await call();
    times.push(performance.now() - from);
  }
}
