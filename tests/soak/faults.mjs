// What must not be in the account of a soak.
import { GROWTH } from "./soak.mjs";

/**
 * @param {import("./soak.mjs").Account} account
 * @returns {string[]}
 */
export function faults({ ended, wrongs, wrong, counts, metrics, resident, log }) {
  const found = [];
  if (ended !== null) found.push(`workerd ended with ${ended}:\n${log}`);
  if (wrongs > 0) found.push(`${wrongs} answers were wrong:\n${wrong.join("\n")}`);
  if (counts.length > 0) found.push(`/metrics doesn't add up: ${counts.join("; ")}`);
  if (metrics.crashes > 0) found.push(`${metrics.crashes} crashes:\n${log}`);
  if (resident.end > resident.warm + GROWTH) found.push(`memory grew from ${resident.warm} to ${resident.end} bytes`);
  return found;
}
