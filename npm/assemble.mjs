// Puts a model's npm package together without baking, from what `cargo xtask build` made: to compare baked ones with.
//
//     node npm/assemble.mjs --model models/digits [--engines target/wasm/engine] [--pictures target/wasm/pictures]
//         [--runtime npm/dist] [--out target/npm/unbaked/onnxlet-digits] [--pack]

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    engines: { type: "string", default: "target/wasm/engine" },
    pictures: { type: "string", default: "target/wasm/pictures" },
    runtime: { type: "string", default: "npm/dist" },
    out: { type: "string" },
    pack: { type: "boolean", default: false },
  },
});
if (!values.model) throw new Error("--model: expected a folder of models/, or its name, got nothing");

const name = basename(resolve(values.model));
const runtime = resolve(ROOT, values.runtime);
const engines = resolve(ROOT, values.engines);
const out = resolve(ROOT, values.out ?? `target/npm/unbaked/onnxlet-${name}`);
const { assemble } = await import(pathToFileURL(join(runtime, "assemble", "assemble.js")).href);
const { describe, pictureModule, unbakedBuilds } = await import(pathToFileURL(join(runtime, "assemble", "unbaked.js")).href);
const read = (/** @type {string} */ file) => readFileSync(join(ROOT, file));
const source = { model: read(`models/${name}/model.onnx`), card: read(`models/${name}/card.json`).toString() };
const licenses = Object.fromEntries(["LICENSE-MIT", "LICENSE-APACHE"].map((file) => [file, read(file).toString()]));
await assemble({
  description: await describe(engines, source),
  builds: await unbakedBuilds(engines, source),
  pictures: await pictureModule(resolve(ROOT, values.pictures)),
  runtime,
  licenses,
  out,
});
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
