// Loads a model through the engine's bare door (src/abi.rs): numbers and bytes, no JavaScript value.
import type { PlainError } from "../runtime/errors.js";
import { OnnxletError } from "../runtime/errors.js";
import type { Bytes } from "./baker.js";

/** The model to load, and where. */
export interface Loading {
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
  onnxlet_bake_begin(reserve: number): number;
  onnxlet_bake_end(): number;
  onnxlet_bake_limit(): number;
  "onnxlet:memory": WebAssembly.Memory;
  "onnxlet:start"?(): void;
  "onnxlet:constructors"?(): void;
}

/** Bits of an allocation's record: the host says that it survives the load; the engine, that it is not freed. */
const SURVIVES = 1;
const ALIVE = 2;
const PAGE = 65536;
/** Runs before the load counts as one that never does the same twice. */
const MOST_RUNS = 4;

/**
 * Loads the model in a prepared engine. Throws what the engine says where it refuses.
 *
 * The load runs at least twice, each time in a fresh instance: a run finds out which allocations survive it, the next one
 * puts those together, and the memory ends behind them. It is over when a run's survivors are those that it was told.
 */
export async function load(loading: Loading, prepared: Bytes): Promise<Loaded> {
  let survivors = new Uint8Array();
  const module = await WebAssembly.compile(prepared);
  const imports = inert(module);
  for (let run = 0; run < MOST_RUNS; run++) {
    const { exports } = await WebAssembly.instantiate(module, imports);
    const door = exports as unknown as BareDoor;
    const records = begin(door, reserve(loading.model));
    new Uint8Array(door["onnxlet:memory"].buffer).set(survivors, records);
    door["onnxlet:start"]?.();
    door["onnxlet:constructors"]?.();
    fill(door, loading);
    const count = door.onnxlet_bake_end() >>> 0;
    const record = new Uint8Array(door["onnxlet:memory"].buffer, records, count);
    if (run > 0 && record.every((bits) => (bits & ALIVE) === 0 || (bits & SURVIVES) !== 0)) {
      const end = Math.ceil((door.onnxlet_bake_limit() >>> 0) / PAGE) * PAGE;
      return { exports, memory: new Uint8Array(door["onnxlet:memory"].buffer, 0, end) };
    }
    survivors = record.map((bits) => ((bits & ALIVE) !== 0 ? SURVIVES : 0));
  }
  throw new OnnxletError("engine", `the load made other allocations in each of ${MOST_RUNS} runs`);
}

/** Loading needs nothing of its host: what it called would be state that the image lacks. */
function inert(module: WebAssembly.Module): WebAssembly.Imports {
  const imports: Record<string, Record<string, () => never>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => {
      throw new OnnxletError("engine", `the engine called ${name} of its host while it loaded the model`);
    };
  }
  return imports;
}

/** Room for what survives: packed weights and plan, a small multiple of the file. Memory that is not touched costs nothing. */
function reserve(model: Uint8Array): number {
  return Math.min((256 << 20) + 8 * model.length, 2 ** 31);
}

/** Begins the bake, before anything else runs. Returns the address of the records. */
function begin(door: BareDoor, reserve: number): number {
  const records = door.onnxlet_bake_begin(reserve) >>> 0;
  if (records === 0) throw new OnnxletError("engine", `out of memory: the host gives no ${reserve} bytes for the model`);
  return records;
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
