import type { Stats } from "./types.js";

/** Before the first call. */
export const NO_CALLS: Stats = { predictions: 0, traps: 0, fallbacks: 0 };

/** The counts of two engines together. */
export function sum(a: Stats, b: Stats): Stats {
  return {
    predictions: a.predictions + b.predictions,
    traps: a.traps + b.traps,
    fallbacks: a.fallbacks + b.fallbacks,
  };
}
