// Where things are.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** What `cargo xtask build` makes. */
export const TARGET = join(ROOT, "target");
/** What `cargo xtask test` makes of tests/reference/. */
export const REFERENCE = join(TARGET, "test", "reference");

/**
 * A variable that `cargo xtask test` sets.
 * @param {string} name
 * @returns {string}
 */
export function variable(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this through \`cargo xtask test\``);
  return value;
}
