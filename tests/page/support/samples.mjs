// The sample digits of models/digits/.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../setup/paths.mjs";

/**
 * @param {number} digit
 * @returns {Promise<Buffer>} a PNG
 */
export function sample(digit) {
  return readFile(join(ROOT, "models", "digits", "samples", `${digit}.png`));
}
