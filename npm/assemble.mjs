// Puts a model's npm package together: runtime, engine, wasm modules, and types made for the model.
//
//     node npm/assemble.mjs --model models/digits [--wasm target/wasm/digits] [--runtime npm/dist]
//         [--out target/npm/onnxlet-digits] [--pack]

import { execFile } from "node:child_process";
import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { describe, engineFiles } from "./template/engines.mjs";
import { manifest } from "./template/manifest.mjs";
import { readme } from "./template/readme.mjs";
import { moduleTypes, types } from "./template/types.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LICENSES = ["LICENSE-MIT", "LICENSE-APACHE"];
/** The declarations that are public. */
const DECLARATIONS = ["runtime/types.d.ts", "runtime/errors.d.ts", "thread.browser.d.ts"];

/** The paths to work on. Those that aren't given are where `cargo xtask build` puts them. */
function options(args) {
  const option = { type: "string" };
  const parsed = parseArgs({
    args,
    options: { model: option, wasm: option, runtime: option, out: option, pack: { type: "boolean" } },
  });
  const { model, pack = false, ...given } = parsed.values;
  if (!model) throw new Error("--model: expected a folder of models/ or its name, got nothing");
  const name = basename(resolve(model));
  const { wasm = `target/wasm/${name}`, runtime = "npm/dist", out = `target/npm/onnxlet-${name}` } = given;
  return { wasm: resolve(ROOT, wasm), runtime: resolve(ROOT, runtime), out: resolve(ROOT, out), pack };
}

async function assemble({ wasm, runtime, out }) {
  const description = await describe(wasm);
  const engine = await engineFiles(wasm);
  const scripts = await runtimeFiles(runtime);
  const texts = {
    ...engine.texts,
    "index.d.ts": types(description),
    "wasm/module.d.ts": moduleTypes,
    "README.md": readme(description),
  };
  const copies = [
    ...engine.modules,
    ...scripts.map((path) => ({ from: join(runtime, path), to: path })),
    ...LICENSES.map((path) => ({ from: join(ROOT, path), to: path })),
  ];
  const files = [...Object.keys(texts), ...copies.map(({ to }) => to)].sort();
  texts["package.json"] = `${JSON.stringify(manifest(description, topLevel(files)), null, 2)}\n`;

  await rm(out, { recursive: true, force: true });
  for (const path of [...files, "package.json"]) await mkdir(dirname(join(out, path)), { recursive: true });
  await Promise.all(Object.entries(texts).map(([path, text]) => writeFile(join(out, path), text)));
  await Promise.all(copies.map(({ from, to }) => copyFile(from, join(out, to))));
}

/** The compiled runtime: every script, and the declarations that are public. */
async function runtimeFiles(runtime) {
  const paths = await readdir(runtime, { recursive: true });
  const scripts = paths.map((path) => path.replaceAll("\\", "/")).filter((path) => path.endsWith(".js"));
  if (scripts.length === 0) throw new Error(`${runtime}: expected the compiled runtime, found no .js`);
  return [...scripts, ...DECLARATIONS];
}

/** Folders stand for all that is in them. */
function topLevel(files) {
  return [...new Set(files.map((path) => path.split("/")[0]))];
}

async function pack(out) {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const args = ["pack", "--silent", "--pack-destination", dirname(out)];
  const { stdout } = await promisify(execFile)(npm, args, { cwd: out, shell: process.platform === "win32" });
  return join(dirname(out), stdout.trim());
}

const chosen = options(process.argv.slice(2));
await assemble(chosen);
console.log(chosen.pack ? await pack(chosen.out) : chosen.out);
