// One cold start in a fresh process: compile, instantiate, load where needed, predict once. Prints milliseconds.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [glue, file, load] = process.argv.slice(2);
const { createEngine } = await import(pathToFileURL(String(glue)).href);
const wasm = await readFile(String(file));
const image = new Float32Array(28 * 28);

const start = performance.now();
const engine = await createEngine(await WebAssembly.compile(wasm));
if (load === "load") engine.load();
engine.predict({ data: image, shape: [1, 1, 28, 28] }, undefined);
console.log((performance.now() - start).toFixed(2));
