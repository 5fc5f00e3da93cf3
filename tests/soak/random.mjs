// Chance that can be had again.

/** @param {number} seed */
export function dice(seed) {
  let state = seed >>> 0;
  // Numerical Recipes' generator: its upper bits are good enough here.
  const share = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    /** From 0 to below 1. */
    share,
    /** @template T @param {readonly T[]} list @returns {T} */
    of: (list) => list[Math.floor(share() * list.length)],
  };
}
