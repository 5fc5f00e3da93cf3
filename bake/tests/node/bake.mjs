// Drives the baker as a host does: prepare, load, snapshot, replay, trim.

import { instantiate } from "./instance.mjs";
import { load } from "./load.mjs";

/**
 * @typedef {object} Job
 * @property {any} Baker the class of the baker's wasm
 * @property {(module: WebAssembly.Module) => Promise<any>} createEngine the engine's glue
 * @property {Uint8Array<ArrayBuffer>} engine the engine
 * @property {Uint8Array} model ONNX bytes
 * @property {Uint8Array} card JSON; empty for none
 * @property {Uint8Array[]} warm JSON requests to predict before the snapshot
 * @property {(engine: any) => unknown} examples predicts the examples, and some malformed ones
 */

/** wasm-bindgen's exports of the allocator, which branches depending on all that was allocated before. */
const ALLOCATOR = ["__wbindgen_malloc", "__wbindgen_realloc", "__wbindgen_free"];

/** @typedef {"blocks" | "functions" | "direct-calls"} Keep */
/** @typedef {{wasm: Uint8Array<ArrayBuffer>, report: any}} Lean */

/**
 * The full module, and the lean one of each policy.
 * @param {Job} job
 * @returns {Promise<{full: Uint8Array<ArrayBuffer>, lean: Record<Keep, Lean>}>}
 */
export async function bake(job) {
  const baker = new job.Baker(job.engine);
  const full = snapshot(baker, await load(job, baker.prepare()));
  const replay = await instantiate(job.createEngine, baker.instrument());
  job.examples(replay.engine);
  const memory = new Uint8Array(replay.exports["onnxlet:memory"].buffer);
  /** @param {Keep} keep */
  const lean = (keep) => {
    const { wasm, report } = baker.trim(memory, keep, ALLOCATOR);
    return { wasm, report: JSON.parse(report) };
  };
  return { full, lean: { blocks: lean("blocks"), functions: lean("functions"), "direct-calls": lean("direct-calls") } };
}

/**
 * @param {any} baker
 * @param {{exports: Record<string, any>, memory: Uint8Array}} loaded
 */
function snapshot(baker, { exports, memory }) {
  const globals = Array.from(baker.mutableGlobals(), (index) => bits(exports[`onnxlet:global:${index}`].value));
  const tables = Array.from({ length: baker.tables() }, (_, index) => exports[`onnxlet:table:${index}`].length);
  return baker.snapshot(memory, BigUint64Array.from(globals), Uint32Array.from(tables));
}

/**
 * The bits of a global's value. Engines made by Rust have integers only.
 * @param {number | bigint} value
 */
function bits(value) {
  if (typeof value === "bigint") return BigInt.asUintN(64, value);
  if (Number.isInteger(value)) return BigInt.asUintN(32, BigInt(value));
  throw new TypeError(`a mutable global holds ${value}; expected an integer`);
}
