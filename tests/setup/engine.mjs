// The engine itself, without a package around it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { TARGET } from "./paths.mjs";

/**
 * A way to make instances of the digits engine in one of its builds. An instance can load any other model instead.
 * @param {"relaxed" | "baseline"} simd
 * @returns {Promise<() => any>}
 */
export async function engine(simd) {
  const folder = join(TARGET, "wasm", "digits", simd);
  const { createEngineSync } = await import(pathToFileURL(join(folder, "engine.js")).href);
  const module = await WebAssembly.compile(await readFile(join(folder, "engine_bg.wasm")));
  return () => createEngineSync(module);
}
