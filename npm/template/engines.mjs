// The glue of both SIMD builds, and engines.js, by which the runtime finds it.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const BUILDS = ["relaxed", "baseline"];

/** The package's files that hold the engine: text by path, and the wasm files to copy. */
export async function engineFiles(wasmFolder) {
  const [relaxed, baseline] = await Promise.all(BUILDS.map((simd) => glue(join(wasmFolder, simd, "engine.js"))));
  const modules = BUILDS.map((simd) => ({ from: join(wasmFolder, simd, "engine_bg.wasm"), to: `wasm/model.${simd}.wasm` }));
  const sizes = await Promise.all(modules.map(async ({ from }) => (await stat(from)).size));
  // One file serves both builds unless wasm-bindgen named their imports differently.
  const texts = relaxed === baseline ? { "engine.js": relaxed } : { "engine.relaxed.js": relaxed, "engine.baseline.js": baseline };
  const [forRelaxed, forBaseline = forRelaxed] = Object.keys(texts);
  const engines = `export { createEngine as relaxed } from "./${forRelaxed}";
export { createEngine as baseline } from "./${forBaseline}";
export const bytes = { relaxed: ${sizes[0]}, baseline: ${sizes[1]} };
`;
  return { texts: { ...texts, "engines.js": engines }, modules };
}

/** The glue without its pointer to a file of types, which the package doesn't hold. */
async function glue(path) {
  const text = await readFile(path, "utf8");
  return text.replace(/^\/\* @ts-self-types=.*\n/, "");
}

/** What the model says about itself, by asking the engine. */
export async function describe(wasmFolder) {
  const folder = join(wasmFolder, "baseline");
  const { createEngine } = await import(pathToFileURL(join(folder, "engine.js")));
  const engine = await createEngine(await WebAssembly.compile(await readFile(join(folder, "engine_bg.wasm"))));
  engine.load();
  return engine.describe();
}
