// Where things are.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const BENCH = dirname(fileURLToPath(import.meta.url));
export const ROOT = dirname(BENCH);
export const TARGET = join(ROOT, "target");
/** What the bench makes. */
export const OUT = join(TARGET, "bench");
/** What the hosts measure: `<model>/inputs`, `<model>/<engine>/`. */
export const SITE = join(OUT, "site");

/**
 * A variable that `cargo xtask bench` sets.
 * @param {string} name
 * @returns {string}
 */
export function variable(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this through \`cargo xtask bench\``);
  return value;
}
