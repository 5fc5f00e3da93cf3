// The engines, and what each must ship to answer for a model.

import { copyFile, cp, link, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { packageOf } from "./package.mjs";
import { BENCH, OUT, SITE } from "./paths.mjs";
import { tfjsOf } from "./tfjs/tfjs.mjs";

/** @typedef {import("./types.js").Model} Model */

/** @type {import("./types.js").EngineName[]} */
export const ENGINES = ["onnxlet-relaxed", "onnxlet-baseline", "tract-plain", "onnxruntime-web", "rten", "tfjs-wasm"];

/**
 * The one whose outputs the others' must equal.
 * @type {import("./types.js").EngineName}
 */
export const REFERENCE = "onnxruntime-web";

/** The same, with its graph optimised and as it is written. */
export const REFERENCES = /** @type {const} */ ([REFERENCE, "onnxruntime-web-as-written"]);

/**
 * Fills the folder of an engine; throws where the engine can't have the model.
 * @type {Record<import("./types.js").EngineName | (typeof REFERENCES)[number], (model: Model, folder: string) => Promise<void>>}
 */
const FILL = {
  "onnxlet-relaxed": onnxlet,
  "onnxlet-baseline": onnxlet,
  "tract-plain": (model, folder) => peer("tract", "tract-plain", model, folder),
  rten: (model, folder) => peer("rten", "rten", model, folder),
  "onnxruntime-web": onnxruntime,
  "onnxruntime-web-as-written": onnxruntime,
  "tfjs-wasm": async (model, folder) => {
    await tfjsOf(model, folder);
    await adapter("tfjs-wasm", folder);
  },
};

/**
 * Makes an engine's folder in the site.
 * @param {keyof typeof FILL} engine
 * @param {Model} model
 */
export async function fill(engine, model) {
  const folder = join(SITE, model.name, engine);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await FILL[engine](model, folder);
}

/**
 * @param {Model} model
 * @param {string} folder
 */
async function onnxlet(model, folder) {
  await cp(await packageOf(model), join(folder, "package"), { recursive: true });
  await adapter("onnxlet", folder);
}

/**
 * @param {Model} model
 * @param {string} folder
 */
async function onnxruntime(model, folder) {
  const dist = join(BENCH, "node_modules/onnxruntime-web/dist");
  for (const file of ["ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm", "ort-wasm-simd-threaded.mjs"]) {
    await place(join(dist, file), join(folder, file));
  }
  await parsed("onnxruntime-web", model, folder);
}

/**
 * @param {string} name of what `cargo xtask bench` compiled
 * @param {string} script its adapter
 * @param {Model} model
 * @param {string} folder
 */
async function peer(name, script, model, folder) {
  const made = join(OUT, "peers", name);
  for (const file of [`${name}.js`, `${name}_bg.wasm`]) await place(join(made, file), join(folder, file));
  await parsed(script, model, folder);
}

/**
 * What an engine that parses the ONNX file needs besides its code.
 * @param {string} script
 * @param {Model} model
 * @param {string} folder
 */
async function parsed(script, model, folder) {
  await place(model.onnx, join(folder, "model.onnx"));
  await adapter(script, folder);
}

/**
 * @param {string} script
 * @param {string} folder
 */
const adapter = (script, folder) => copyFile(join(BENCH, "engines", `${script}.mjs`), join(folder, "adapter.mjs"));

/**
 * A file under another name; a copy where the file system has no links.
 * @param {string} from
 * @param {string} to
 */
async function place(from, to) {
  await link(from, to).catch(() => copyFile(from, to));
}
