import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const require = createRequire(import.meta.url);

/**
 * The script of a development tool, to be run with Node.
 * @param {string} name the npm package
 * @param {string} [bin] the command, where the package has several
 */
export function tool(name, bin = name) {
  const manifest = join(ROOT, "node_modules", name, "package.json");
  const { bin: bins } = require(manifest);
  return join(dirname(manifest), typeof bins === "string" ? bins : bins[bin]);
}

/**
 * The packed package of a model.
 * @param {string} model
 */
export async function tarball(model) {
  const folder = join(ROOT, "target", "npm");
  const pattern = new RegExp(`^onnxlet-${model}-\\d.*\\.tgz$`);
  const found = (await readdir(folder)).filter((file) => pattern.test(file));
  if (found.length !== 1) throw new Error(`${folder}: expected one onnxlet-${model}-<version>.tgz, got ${found.length}`);
  return join(folder, found[0]);
}

/**
 * A sample picture of a digit.
 * @param {number} digit
 */
export function sample(digit) {
  return join(ROOT, "models", "digits", "samples", `${digit}.png`);
}
