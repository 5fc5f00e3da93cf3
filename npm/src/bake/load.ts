// Loads a model through the engine's bare door (src/abi.rs): numbers and bytes, no JavaScript value.
import type { CreateEngine } from "../runtime/engine.js";
import type { PlainError } from "../runtime/errors.js";
import { OnnxletError } from "../runtime/errors.js";
import type { Bytes } from "./baker.js";
import { instantiate } from "./instantiate.js";

/** The model to load, and where. */
export interface Loading {
  createEngine: CreateEngine;
  model: Uint8Array;
  card: string;
}

/** An instance with the model in it, and the memory that a snapshot takes. */
export interface Loaded {
  exports: WebAssembly.Exports;
  memory: Uint8Array;
}

/** The bare door. Addresses and lengths are 32 bits, outcomes 0 for "it worked". */
interface BareDoor {
  onnxlet_alloc(length: number): number;
  onnxlet_load(model: number, modelLength: number, card: number, cardLength: number): number;
  onnxlet_answer(): number;
  onnxlet_answer_length(): number;
  onnxlet_forget(): void;
  onnxlet_scrub_begin(): void;
  onnxlet_scrub_end(): void;
  "onnxlet:memory": WebAssembly.Memory;
  "onnxlet:start"?(): void;
  "onnxlet:constructors"?(): void;
}

/** Loads the model in a prepared engine. Throws what the engine says where it refuses. */
export async function load(loading: Loading, prepared: Bytes): Promise<Loaded> {
  const { exports } = await instantiate(loading.createEngine, prepared);
  const door = exports as unknown as BareDoor;
  door["onnxlet:start"]?.();
  door["onnxlet:constructors"]?.();
  door.onnxlet_scrub_begin();
  fill(door, loading);
  door.onnxlet_scrub_end();
  return { exports, memory: new Uint8Array(door["onnxlet:memory"].buffer) };
}

function fill(door: BareDoor, { model, card }: Loading): void {
  const json = new TextEncoder().encode(card);
  check(door, door.onnxlet_load(give(door, model), model.length, give(door, json), json.length));
  door.onnxlet_forget();
}

/** Copies bytes into the engine, which frees them. */
function give(door: BareDoor, bytes: Uint8Array): number {
  const at = door.onnxlet_alloc(bytes.length) >>> 0;
  new Uint8Array(door["onnxlet:memory"].buffer).set(bytes, at);
  return at;
}

function check(door: BareDoor, outcome: number): void {
  if (outcome === 0) return;
  const { buffer } = door["onnxlet:memory"];
  const answer = new Uint8Array(buffer, door.onnxlet_answer() >>> 0, door.onnxlet_answer_length() >>> 0);
  const { code, message, problems = [] } = JSON.parse(new TextDecoder().decode(answer)) as PlainError;
  throw new OnnxletError(code, message, { problems });
}
