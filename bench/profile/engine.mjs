// The engine that times its steps.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { TARGET } from "../paths.mjs";

/**
 * An engine with a model, and that model's inputs as it takes them.
 * @typedef {object} Loaded
 * @property {any} engine
 * @property {Record<string, { data: unknown, shape: number[] }>} inputs
 * @property {number} functions how many the module has
 */

/**
 * @param {import("../types.js").Model} model
 * @returns {Promise<Loaded>}
 */
export async function loaded(model) {
  const path = join(TARGET, "wasm/profile/relaxed/engine");
  const { createEngineSync } = await import(pathToFileURL(`${path}.js`).href);
  const bytes = await readFile(`${path}_bg.wasm`);
  const engine = createEngineSync(await WebAssembly.compile(bytes));
  engine.load(await readFile(model.onnx), await readFile(model.card, "utf8"));
  const inputs = Object.fromEntries(
    Object.entries(model.inputs).map(([name, { data, shape }]) => [name, { data, shape: [...shape] }]),
  );
  return { engine, inputs, functions: functionsOf(bytes) };
}

/** The code section's count. @param {Uint8Array} bytes */
function functionsOf(bytes) {
  let at = 8;
  const number = () => {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
      shift += 7;
    }
  };
  while (at < bytes.length) {
    const section = bytes[at++];
    const size = number();
    if (section === 10) return number();
    at += size;
  }
  return 0;
}
