import type { CreateEngine, Engine, EngineHost } from "../runtime/engine.js";
import type { Description } from "../runtime/types.js";
import type { Baker, Bytes, Keep, NewBaker } from "./baker.js";
import type { Example } from "./examples/example.js";
import { random } from "./examples/random.js";
import { exampleSet } from "./examples/set.js";
import { load, type Loaded } from "./load.js";
import { attempt, type Outcome, outcomeOf, sameOutcome } from "./outcome.js";

/** What a bake needs. */
export interface Job {
  Baker: NewBaker;
  /** The glue of the engine's build. */
  createEngine: CreateEngine;
  /** What an engine asks of its host. */
  host: EngineHost;
  /** The engine's module. */
  engine: Bytes;
  /** The ONNX file. */
  model: Uint8Array;
  /** The model card, as JSON. */
  card: string;
  /** Examples beside the generated ones: what the model is really asked. */
  examples: readonly Example[];
  /** What stays in the lean module, or `everything` for none. */
  keep: Keep | "everything";
  /** Is told of each phase as it begins. */
  onPhase?: (phase: Phase) => void;
}

/** wasm-bindgen's exports of the allocator, whose branches depend on all that was allocated before. */
export const ALLOCATOR = ["__wbindgen_malloc", "__wbindgen_realloc", "__wbindgen_free"];

export type Phase = "load" | "examples" | "snapshot" | "trim" | "verify";

export interface Baked {
  description: Description;
  /** The engine with the model in it. */
  full: Bytes;
  /** The same without what this model never ran. */
  lean?: Lean;
  /** A call that the model answers, where there is one. */
  sample: Example | undefined;
  /** How many examples were answered, and how many refused. */
  examples: { answered: number; refused: number };
}

export interface Lean {
  wasm: Bytes;
  report: Report;
  /** Examples at which it stopped, for the full module to answer: none, unless it keeps less than functions. */
  missed: string[];
}

/** An example, and what the full module says to it. */
interface Call {
  example: Example;
  expected: Outcome;
}

/** What stayed and what went. */
export interface Report {
  full: Size;
  lean: Size;
  [more: string]: unknown;
}

export interface Size {
  functions: number;
  codeBytes: number;
  dataBytes: number;
  [more: string]: unknown;
}

/** Bakes a model into an engine, and trims away what the examples did not run. */
export async function bake(job: Job): Promise<Baked> {
  const phase = job.onPhase ?? (() => {});
  const baker = new job.Baker(job.engine);
  phase("load");
  const loaded = await load(job, baker.prepare());
  phase("snapshot");
  const full = snapshot(baker, loaded);
  const engine = await job.createEngine(await WebAssembly.compile(full), job.host);
  engine.load();
  const description = engine.describe();
  phase("examples");
  const examples = exampleSet(description, engine, job.examples, job.model.length);
  const calls = examples.map((example) => ({ example, expected: outcomeOf(engine, example) }));
  const sample = calls.find(({ expected }) => "prediction" in expected)?.example;
  const baked = { description, full, sample, examples: counted(calls) };
  if (job.keep === "everything") return baked;
  phase("trim");
  const lean = await trimmed(job, baker, examples, job.keep);
  phase("verify");
  return { ...baked, lean: { ...lean, missed: await verified(job, lean.wasm, calls) } };
}

/** The full module: the engine with what it loaded. */
export function snapshot(baker: Baker, { exports, memory }: Loaded): Bytes {
  const globals = Array.from(baker.mutableGlobals(), (index) => {
    const { value } = exports[`onnxlet:global:${index}`] as WebAssembly.Global<"i32" | "i64">;
    return bits(value as number | bigint);
  });
  const tables = Array.from({ length: baker.tables() }, (_, index) => {
    return (exports[`onnxlet:table:${index}`] as WebAssembly.Table).length;
  });
  return baker.snapshot(memory, BigUint64Array.from(globals), Uint32Array.from(tables));
}

/** The bits of a global's value. Engines made by Rust have only integers there. */
function bits(value: number | bigint): bigint {
  if (typeof value === "bigint") return BigInt.asUintN(64, value);
  if (Number.isInteger(value)) return BigInt.asUintN(32, BigInt(value));
  throw new TypeError(`a mutable global holds ${value}; expected an integer`);
}

async function trimmed(job: Job, baker: Baker, examples: readonly Example[], keep: Keep) {
  const engine = await job.createEngine(await WebAssembly.compile(baker.instrument()), hesitant(job.host));
  engine.load();
  engine.lastPanic();
  // Both ways, since the heap's history decides some branches.
  for (const example of [...examples, ...[...examples].reverse()]) outcomeOf(engine, example);
  const memory = engine.exports["onnxlet:memory"] as WebAssembly.Memory;
  const { wasm, report } = baker.trim(new Uint8Array(memory.buffer), keep, ALLOCATOR);
  return { wasm, report: JSON.parse(report) as Report };
}

/** A host whose decoder of pictures is still to be loaded when the first picture comes. */
function hesitant(host: EngineHost): EngineHost {
  let asked = false;
  return {
    decodePicture(bytes, pixels) {
      const first = !asked;
      asked = true;
      return first ? { pending: true } : host.decodePicture(bytes, pixels);
    },
  };
}

/**
 * The lean module must answer and refuse as the full one does, bit for bit, or stop, which the loader answers with the
 * full one. In another order than while marking, whose heap had another history: in the same order nothing could differ.
 * The answer is what it stopped at.
 */
async function verified(job: Job, lean: Bytes, calls: readonly Call[]): Promise<string[]> {
  const fresh = await starter(job, lean);
  let engine = await fresh();
  const missed: string[] = [];
  for (const { example, expected } of shuffled(calls)) {
    const outcome = attempt(engine, example);
    if (outcome === undefined) {
      missed.push(example.about);
      engine = await fresh();
    } else if (!sameOutcome(outcome, expected)) {
      throw new Error(`the trimmed module answers differently from the full one: ${example.about}`);
    }
  }
  return missed;
}

/** The calls in an order of their own, the same for the same number of calls. */
export function shuffled<T>(calls: readonly T[]): T[] {
  const next = random(calls.length);
  return calls.map((call) => ({ call, place: next() })).sort((a, b) => a.place - b.place).map(({ call }) => call);
}

async function starter({ createEngine, host }: Job, wasm: Bytes): Promise<() => Promise<Engine>> {
  const module = await WebAssembly.compile(wasm);
  return async () => {
    const engine = await createEngine(module, host);
    engine.load();
    return engine;
  };
}

function counted(calls: readonly Call[]): { answered: number; refused: number } {
  const answered = calls.filter(({ expected }) => "prediction" in expected).length;
  return { answered, refused: calls.length - answered };
}
