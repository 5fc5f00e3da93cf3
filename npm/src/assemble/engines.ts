// The glue of both SIMD builds, and engines.js, by which the runtime finds it.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CreateEngine } from "../runtime/engine.js";
import type { Simd } from "../runtime/types.js";
import type { Description } from "./card.js";

/** A file to copy: its path, and its place in the package. */
export interface Copy {
  from: string;
  to: string;
}

/** The package's files that hold the engine. */
export interface EngineFiles {
  /** Texts by their place. */
  texts: Record<string, string>;
  modules: Copy[];
}

/** Reads what a build of both SIMD variants left in a folder. */
export async function engineFiles(wasmFolder: string): Promise<EngineFiles> {
  const [relaxed, baseline] = [await build(wasmFolder, "relaxed"), await build(wasmFolder, "baseline")];
  const shared = relaxed.glue === baseline.glue;
  // One file serves both builds unless wasm-bindgen named their imports differently.
  const names = shared ? ["engine.js", "engine.js"] : ["engine.relaxed.js", "engine.baseline.js"];
  const engines = `export { createEngine as relaxed } from "./${names[0]}";
export { createEngine as baseline } from "./${names[1]}";
export const bytes = { relaxed: ${relaxed.size}, baseline: ${baseline.size} };
`;
  const glue = shared
    ? { "engine.js": relaxed.glue }
    : { "engine.relaxed.js": relaxed.glue, "engine.baseline.js": baseline.glue };
  return { texts: { ...glue, "engines.js": engines }, modules: [relaxed.module, baseline.module] };
}

/** What the model says about itself, by asking the engine. */
export async function describe(wasmFolder: string): Promise<Description> {
  const folder = join(wasmFolder, "baseline");
  const glue = (await import(pathToFileURL(join(folder, "engine.js")).href)) as { createEngine: CreateEngine };
  const engine = await glue.createEngine(await WebAssembly.compile(await readFile(join(folder, "engine_bg.wasm"))));
  engine.load();
  return engine.describe() as Description;
}

interface Build {
  glue: string;
  module: Copy;
  size: number;
}

async function build(wasmFolder: string, simd: Simd): Promise<Build> {
  const folder = join(wasmFolder, simd);
  const from = join(folder, "engine_bg.wasm");
  const text = await readFile(join(folder, "engine.js"), "utf8");
  // The pointer to a file of types is for a file that the package doesn't hold.
  const glue = text.replace(/^\/\* @ts-self-types=.*\n/, "");
  return { glue, module: { from, to: `wasm/model.${simd}.wasm` }, size: (await stat(from)).size };
}
