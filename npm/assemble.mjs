// Puts a model's npm package together, from what `cargo xtask build` made.
//
//     node npm/assemble.mjs --model models/digits [--wasm target/wasm/digits] [--runtime npm/dist]
//         [--out target/npm/onnxlet-digits] [--pack]

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    wasm: { type: "string" },
    runtime: { type: "string" },
    out: { type: "string" },
    pack: { type: "boolean", default: false },
  },
});
if (!values.model) throw new Error("--model: expected a folder of models/, or its name, got nothing");

const name = basename(resolve(values.model));
const runtime = resolve(ROOT, values.runtime ?? "npm/dist");
const out = resolve(ROOT, values.out ?? `target/npm/onnxlet-${name}`);
const wasm = resolve(ROOT, values.wasm ?? `target/wasm/${name}`);
const { assemble } = await import(pathToFileURL(join(runtime, "assemble", "assemble.js")).href);
const { describe, unbakedBuilds } = await import(pathToFileURL(join(runtime, "assemble", "unbaked.js")).href);
const licenses = Object.fromEntries(["LICENSE-MIT", "LICENSE-APACHE"].map((file) => [file, readFileSync(join(ROOT, file), "utf8")]));
await assemble({ description: await describe(wasm), builds: await unbakedBuilds(wasm), runtime, licenses, out });
console.log(values.pack ? pack(out) : out);

/**
 * Packs the package beside its folder.
 * @param {string} folder
 */
function pack(folder) {
  const windows = process.platform === "win32";
  const args = ["pack", "--silent", "--pack-destination", dirname(folder)];
  const printed = execFileSync(windows ? "npm.cmd" : "npm", args, { cwd: folder, encoding: "utf8", shell: windows });
  return join(dirname(folder), printed.trim());
}
