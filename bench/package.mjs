// A model's npm package, baked by the command that users have.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { OUT, ROOT, TARGET } from "./paths.mjs";

const COMMAND = join(TARGET, "npm/onnxlet/dist/cli/main.js");
/** Changes whenever the command does. */
const COMMAND_STAMP = join(TARGET, "stamps/package-onnxlet");

/** @type {Map<string, Promise<string>>} */
const made = new Map();

/**
 * The folder of a model's package, made where it is missing or stale. Rejects with the command's own words.
 * @param {import("./types.js").Model} model
 * @returns {Promise<string>}
 */
export function packageOf(model) {
  const making = made.get(model.name) ?? make(model);
  made.set(model.name, making);
  return making;
}

/** @param {import("./types.js").Model} model */
async function make({ name, onnx, card }) {
  // The project's own build has made these.
  if (onnx.startsWith(join(ROOT, "models"))) return join(TARGET, "npm", `onnxlet-${name}`);
  const folder = join(OUT, "packages", name);
  const digest = join(OUT, "packages", `${name}.sha256`);
  const inputs = await sha256([onnx, card, COMMAND_STAMP]);
  const last = await readFile(digest, "utf8").catch(() => "");
  if (last === inputs && (await stat(join(folder, "package.json")).catch(() => undefined))) return folder;
  await mkdir(join(OUT, "packages"), { recursive: true });
  console.log(`  baking ${name}`);
  const parameters = ["build", onnx, "--card", card, "--simd", "both", "--force", "--out", folder];
  await promisify(execFile)(process.execPath, [COMMAND, ...parameters]).catch((error) => {
    throw new Error(/^onnxlet: .*/m.exec(error.stderr)?.[0] ?? String(error.message));
  });
  await writeFile(digest, inputs);
  return folder;
}

/** @param {string[]} files */
async function sha256(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(createHash("sha256").update(await readFile(file)).digest());
  return hash.digest("hex");
}
