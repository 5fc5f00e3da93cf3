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

/** Where the packages are that parse their model when they load: what baked ones are compared with. */
export const UNBAKED = join(TARGET, "npm", "unbaked");

/**
 * The packed package of a model.
 * @param {string} model
 * @param {string} [folder]
 */
export async function tarball(model, folder = join(TARGET, "npm")) {
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
