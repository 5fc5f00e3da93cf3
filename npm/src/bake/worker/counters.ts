// The counters behind /metrics while baking: what it says may not depend on what was asked before.
import type { WorkerEngine } from "./engine.js";

/** Counts of every length, as they could be after minutes and after years. */
const COUNTS = [1, 7, 10, 42, 99, 100, 784, 1000, 65_537, 123_456, 9_999_999, 4_294_967_296, 123_456_789_012, 2 ** 53 - 1, 2 ** 53 + 2, 7e18];

/** Most counters are of routes, methods and statuses that never meet: of those, a few are set. The last ones all are. */
const EVERY = 97;
const LAST = 64;

/** Sets the counters to what they always are while baking. */
export function pinCounters(engine: WorkerEngine): void {
  const { buffer } = engine.exports.memory as WebAssembly.Memory;
  const counters = new BigUint64Array(buffer, engine.countersAt() >>> 0, engine.countersLength() / BigUint64Array.BYTES_PER_ELEMENT);
  counters.fill(0n);
  const rare = Math.max(counters.length - LAST, 0);
  for (let at = 0; at < counters.length; at += at < rare ? EVERY : 1) counters[at] = BigInt(COUNTS[at % COUNTS.length] ?? 0);
}
