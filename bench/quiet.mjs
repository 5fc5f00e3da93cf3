// How much other work there was.

/** Other work than this, as a share of all processors, makes times longer than they are. */
export const QUIET = 0.1;

/** @param {number} share */
export const percent = (share) => `${Math.round(share * 100)} %`;

/** @param {{ before: number, after: number }} busy as shares of all processors */
export function quietness({ before, after }) {
  const shares = `${percent(before)} of the processors' time before the rounds and ${percent(after)} after them`;
  if (before <= QUIET && after <= QUIET) return `Other work took ${shares}.`;
  return `**The machine was not quiet**: other work took ${shares}. All times are longer than they should be; the rounds
are interleaved, so their order still tells something.`;
}
