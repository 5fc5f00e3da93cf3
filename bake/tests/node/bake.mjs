// Drives the baker as a host does: prepare, load, snapshot, replay, trim.

import { instantiate } from "./instance.mjs";

/**
 * @typedef {object} Job
 * @property {any} Baker the class of the baker's wasm
 * @property {(module: WebAssembly.Module) => Promise<any>} createEngine the engine's glue
 * @property {Uint8Array<ArrayBuffer>} engine the engine
 * @property {(engine: any) => void} load makes the engine load its model
 * @property {(engine: any) => unknown} examples predicts the examples, and some malformed ones
 * @property {"ran" | "direct-calls"} keep what stays beside the functions that ran
 */

/**
 * @param {Job} job
 * @returns {Promise<{full: Uint8Array<ArrayBuffer>, lean: Uint8Array<ArrayBuffer>, report: any}>}
 */
export async function bake({ Baker, createEngine, engine, load, examples, keep }) {
  const baker = new Baker(engine);
  const full = await loaded(baker, createEngine, load);
  const replay = await instantiate(createEngine, baker.instrument());
  examples(replay.engine);
  const lean = baker.trim(bytes(replay.exports["onnxlet:memory"]), keep);
  return { full, lean: lean.wasm, report: JSON.parse(lean.report) };
}

/**
 * The full module: a prepared engine, its constructors run, its model loaded, its state captured.
 * @param {any} baker
 * @param {Job["createEngine"]} createEngine
 * @param {Job["load"]} load
 */
async function loaded(baker, createEngine, load) {
  const { engine, exports } = await instantiate(createEngine, baker.prepare());
  exports["onnxlet:start"]?.();
  exports["onnxlet:constructors"]?.();
  load(engine);
  const globals = Array.from(baker.mutableGlobals(), (index) => bits(exports[`onnxlet:global:${index}`].value));
  const tables = Array.from({ length: baker.tables() }, (_, index) => exports[`onnxlet:table:${index}`].length);
  return baker.snapshot(bytes(exports["onnxlet:memory"]), BigUint64Array.from(globals), Uint32Array.from(tables));
}

/** @param {WebAssembly.Memory} memory */
const bytes = (memory) => new Uint8Array(memory.buffer);

/**
 * The bits of a global's value. Engines made by Rust have integers only.
 * @param {number | bigint} value
 */
function bits(value) {
  if (typeof value === "bigint") return BigInt.asUintN(64, value);
  if (Number.isInteger(value)) return BigInt.asUintN(32, BigInt(value));
  throw new TypeError(`a mutable global holds ${value}; expected an integer`);
}
