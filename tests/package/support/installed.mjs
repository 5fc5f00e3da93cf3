import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { succeed } from "./command.mjs";
import { atEnd } from "./cleanup.mjs";
import { tarball } from "./paths.mjs";

const NPM = process.platform === "win32" ? "npm.cmd" : "npm";

/**
 * A project in a temporary folder with the packed packages installed, as a user would have it.
 * Removed after the tests of the file.
 * @param {string[]} models
 * @param {Record<string, string>} [files] the project's own files
 * @returns {Promise<string>} the folder
 */
export async function project(models, files = {}) {
  const folder = await mkdtemp(join(tmpdir(), "onnxlet-package-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const packed = await Promise.all(models.map((model) => tarball(model)));
  await succeed(NPM, ["install", ...packed, "--ignore-scripts", "--no-audit", "--no-fund", "--offline"], { cwd: folder });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}
