// A model's package, installed from its packed tarball as a user would: not read from the source folder.

import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { TARGET } from "./paths.mjs";

const run = promisify(execFile);

/**
 * Installs `onnxlet-<model>` into a folder of its own.
 * @param {string} model a folder of models/
 * @param {string} folder below target/test/, made afresh
 * @returns {Promise<string>} the installed package's folder
 */
export async function install(model, folder) {
  const name = `onnxlet-${model}`;
  const { version } = JSON.parse(await readFile(join(TARGET, "npm", name, "package.json"), "utf8"));
  const tarball = join(TARGET, "npm", `${name}-${version}.tgz`);
  const place = join(TARGET, "test", folder);
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  await writeFile(join(place, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const options = { cwd: place, shell: process.platform === "win32" };
  await run(npm, ["install", "--no-audit", "--no-fund", "--ignore-scripts", tarball], options);
  return join(place, "node_modules", name);
}

/**
 * What Node gets from `import` of an installed package.
 * @param {string} folder of the package
 */
export async function importInstalled(folder) {
  const { exports } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  return import(pathToFileURL(join(folder, exports["."].node)).href);
}
