// Drawn digits.
import { readFileSync } from "node:fs";

/**
 * A drawn digit, as PNG.
 * @param {number} digit
 */
export function sample(digit) {
  return readFileSync(new URL(`../../../models/digits/samples/${digit}.png`, import.meta.url));
}
