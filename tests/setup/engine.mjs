// The engine itself, without a package around it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, TARGET } from "./paths.mjs";

/**
 * A way to make instances of the engine in one of its builds. `load()` loads digits; any other model may be given.
 * @param {"relaxed" | "baseline"} simd
 * @returns {Promise<() => any>}
 */
export async function engine(simd) {
  const digits = await readFile(join(ROOT, "models/digits/model.onnx"));
  const card = await readFile(join(ROOT, "models/digits/card.json"), "utf8");
  const decoder = (await factory("pictures", "pictures"))();
  const create = await factory(join("engine", simd), "engine");
  return () => {
    const instance = create(decoder);
    /** @type {(model?: Uint8Array, card?: string) => void} */
    const load = (...given) => instance.load(...(given.length > 0 ? given : [digits, card]));
    return { ...instance, load };
  };
}

/**
 * @param {string} folder
 * @param {string} stem
 */
async function factory(folder, stem) {
  const path = join(TARGET, "wasm", folder, stem);
  const { createEngineSync } = await import(pathToFileURL(`${path}.js`).href);
  const module = await WebAssembly.compile(await readFile(`${path}_bg.wasm`));
  return (/** @type {object | undefined} */ host = undefined) => createEngineSync(module, host);
}
