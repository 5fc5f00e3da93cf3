// A built package in Node (lean, full and unbaked), in Chromium and in workerd. Each host answers a case's inputs.

import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { build } from "esbuild";
import { openPage } from "../../package/support/chromium.mjs";
import { serveFolder } from "../../package/support/server.mjs";
import { serveWorker } from "../../package/support/workerd.mjs";
import { fileOf } from "./cases.mjs";
import { memoryBytes } from "./memory.js";
import { answer, read, write } from "./tensors.js";

/** @typedef {import("./tensors.js").Written} Written */
/** @typedef {{ outputs: Record<string, Written>, milliseconds: number, fallbacks: number, memory: number }} Answer */
/** @typedef {(inputs: Record<string, Written>) => Promise<Answer>} Host */

const HERE = dirname(fileURLToPath(import.meta.url));

/** The package as Node loads it. @param {string} folder @returns {Promise<Host>} */
export async function node(folder) {
  const { load } = await import(pathToFileURL(join(folder, "node.js")).href);
  const model = await load({ simd: "relaxed" });
  return async (inputs) => ({ ...(await answer(model, inputs)), memory: memoryBytes() });
}

/** The full module, without the runtime. @param {string} folder @returns {Promise<Host>} */
export async function full(folder) {
  const { createEngine } = await import(pathToFileURL(join(folder, "engine.js")).href);
  const engine = await createEngine(await WebAssembly.compile(await readFile(join(folder, "wasm", "full.relaxed.wasm"))));
  engine.load();
  return direct(engine);
}

/**
 * The engine that parses the model, from the installed command.
 * @param {string} project
 * @param {string} model
 * @returns {Promise<Host>}
 */
export async function unbaked(project, model) {
  const engines = join(project, "node_modules", "onnxlet", "engines");
  const { createEngine } = await import(pathToFileURL(join(engines, "relaxed.js")).href);
  const wasm = await promisify(brotliDecompress)(await readFile(join(engines, "relaxed.wasm.br")));
  const engine = await createEngine(await WebAssembly.compile(/** @type {any} */ (wasm)));
  engine.load(await readFile(fileOf(model, "model.onnx")), await readFile(fileOf(model, "card.json"), "utf8"));
  return direct(engine);
}

/** @param {any} engine @returns {Host} */
function direct(engine) {
  return async (inputs) => {
    const tensors = Object.fromEntries(Object.entries(inputs).map(([name, written]) => [name, read(written)]));
    const begun = performance.now();
    const { outputs } = engine.predict(tensors, undefined);
    const milliseconds = performance.now() - begun;
    const written = Object.entries(outputs).map(([name, tensor]) => [name, write(/** @type {any} */ (tensor))]);
    return { outputs: Object.fromEntries(written), milliseconds, fallbacks: 0, memory: memoryBytes() };
  };
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>model</title><script type="module">
import { memoryBytes } from "/support/memory.js";
import { answer } from "/support/tensors.js";
const { load } = await import("/browser.js");
const model = await load();
window.ask = async (inputs) => ({ ...(await answer(model, inputs)), memory: memoryBytes() });
</script>
`;

/** The package in a page, from a plain web server. @param {string} folder @returns {Promise<Host>} */
export async function chromium(folder) {
  await mkdir(join(folder, "support"), { recursive: true });
  for (const file of ["memory.js", "tensors.js"]) await copyFile(join(HERE, file), join(folder, "support", file));
  await writeFile(join(folder, "index.html"), PAGE);
  const { page } = await openPage(`${await serveFolder(folder)}/`);
  await page.waitForFunction("window.ask");
  return (inputs) => page.evaluate((given) => /** @type {any} */ (window).ask(given), inputs);
}

/** A Worker that imports the package, in workerd. @param {string} folder @returns {Promise<Host>} */
export async function workerd(folder) {
  const support = (/** @type {string} */ file) => JSON.stringify(join(HERE, file));
  const program = `
import { memoryBytes } from ${support("memory.js")};
import { answer } from ${support("tensors.js")};
import { load } from ${JSON.stringify(join(folder, "workerd.js"))};
const model = await load();
export default {
  async fetch(request) {
    return Response.json({ ...(await answer(model, await request.json())), memory: memoryBytes() });
  },
};
`;
  const outdir = join(folder, "in-workerd");
  await build({
    stdin: { contents: program, resolveDir: folder },
    entryNames: "index",
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    loader: { ".wasm": "copy" },
    outdir,
  });
  const origin = await serveWorker(outdir);
  return async (inputs) => {
    const response = await fetch(origin, { method: "POST", body: JSON.stringify(inputs) });
    if (!response.ok) throw new Error(`the Worker answered ${response.status}: ${await response.text()}`);
    return /** @type {Answer} */ (await response.json());
  };
}
