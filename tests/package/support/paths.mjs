import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ROOT, TARGET } from "../../setup/paths.mjs";

const require = createRequire(import.meta.url);

/**
 * The script of a development tool, to be run with Node.
 * @param {string} name the npm package
 * @param {string} [bin] the command, where it is called otherwise
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
  const folder = join(TARGET, "npm");
  const { name, version } = JSON.parse(await readFile(join(folder, `onnxlet-${model}`, "package.json"), "utf8"));
  return join(folder, `${name}-${version}.tgz`);
}

/**
 * A sample picture of a digit.
 * @param {number} digit
 */
export function sample(digit) {
  return join(ROOT, "models", "digits", "samples", `${digit}.png`);
}
