import type { Description } from "../../assemble/card.js";
import { ALLOCATOR, type Lean, type Phase, type Report, shuffled, snapshot } from "../bake.js";
import type { Baker, Bytes, Keep, NewBaker } from "../baker.js";
import type { Example } from "../examples/example.js";
import { load } from "../load.js";
import { sameOutcome } from "../outcome.js";
import type { CreateWorker, Env, WorkerEngine } from "./engine.js";
import { attempt, type HttpCall, type HttpOutcome } from "./http-call.js";
import { call } from "./heads.js";
import { type Group, groupsOf } from "./set.js";

/** What the bake of a Worker needs. */
export interface WorkerJob {
  Baker: NewBaker;
  /** The glue. */
  create: CreateWorker;
  /** The Worker's module, without a model. */
  worker: Bytes;
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

export interface BakedWorker {
  description: Description;
  /** The Worker with the model in it. */
  full: Bytes;
  /** The same without what the requests never ran. */
  lean?: Lean;
  /** A request that the model answers, where there is one. */
  sample: HttpCall | undefined;
  /** How many requests were answered, and how many refused. */
  examples: { answered: number; refused: number };
  /** Requests that the engine should have refused, but panics at: answered with 500. */
  panicked: string[];
}

/** A request, and what the full module says to it. */
interface Tried {
  call: HttpCall;
  expected: HttpOutcome;
}

interface TriedGroup {
  env: Env;
  tried: Tried[];
}

/** More requests that panic are left out: each takes an instance of its own. */
const MOST_PANICS = 8;

/** Bakes a model into the Worker, and trims away what its HTTP contract did not run. */
export async function bakeWorker(job: WorkerJob): Promise<BakedWorker> {
  const phase = job.onPhase ?? (() => {});
  const baker = new job.Baker(job.worker);
  phase("load");
  const loaded = await load(job, baker.prepare());
  phase("snapshot");
  const full = snapshot(baker, loaded);
  const fresh = await starter(job.create, full);
  const description = await describe(await fresh());
  phase("examples");
  const groups = await groupsOf(description, await fresh(), job.examples, job.model.length);
  const expected = await answers(fresh, groups);
  const baked = { description, full, ...summary(expected) };
  if (job.keep === "everything") return baked;
  phase("trim");
  const { wasm, report } = await trimmed(job, baker, expected, job.keep);
  phase("verify");
  const missed = await verified(await starter(job.create, wasm), expected);
  return { ...baked, lean: { wasm, report, missed } };
}

async function starter(create: CreateWorker, wasm: Bytes): Promise<() => Promise<WorkerEngine>> {
  const module = await WebAssembly.compile(wasm);
  return async () => {
    const engine = await create(module);
    engine.begin(true, 0);
    return engine;
  };
}

async function describe(engine: WorkerEngine): Promise<Description> {
  const said = await attempt(engine, {}, call("the model", "GET", "/model"));
  if (!said || !("body" in said)) throw new Error("the Worker stopped when asked for its model");
  return JSON.parse(new TextDecoder().decode(said.body)) as Description;
}

/** What the full module says. A request that panics gets a group of its own, since it is an instance's last word. */
async function answers(fresh: () => Promise<WorkerEngine>, groups: readonly Group[]): Promise<TriedGroup[]> {
  const all: TriedGroup[] = [];
  const alone: TriedGroup[] = [];
  for (const { env, calls } of groups) {
    let engine = await fresh();
    const tried: Tried[] = [];
    for (const call of calls) {
      const expected = await mustAnswer(engine, env, call);
      if ("panic" in expected) {
        alone.push({ env, tried: [{ call, expected }] });
        engine = await fresh();
      } else {
        tried.push({ call, expected });
      }
    }
    all.push({ env, tried });
  }
  // The last one is the one that is made to panic.
  return [...all, ...alone.slice(-MOST_PANICS)];
}

/** What an engine that must not stop says. */
async function mustAnswer(engine: WorkerEngine, env: Env, call: HttpCall): Promise<HttpOutcome> {
  const outcome = await attempt(engine, env, call);
  if (outcome) return outcome;
  throw new Error(`the Worker stopped at a request (${call.about}): ${engine.lastPanic() ?? "for no known reason"}`);
}

function summary(groups: readonly TriedGroup[]): Pick<BakedWorker, "sample" | "examples" | "panicked"> {
  const all = groups.flatMap(({ tried }) => tried);
  const right = all.filter(({ expected }) => "status" in expected && expected.status < 300);
  const sample = right.find(({ call: { method, body } }) => method === "POST" && typeof body !== "string")?.call;
  const panicked = all.filter(({ call, expected }) => "panic" in expected && !call.unreadable).map(({ call }) => call.about);
  return { sample, examples: { answered: right.length, refused: all.length - right.length }, panicked };
}

async function trimmed({ create }: WorkerJob, baker: Baker, groups: readonly TriedGroup[], keep: Keep) {
  const fresh = await starter(create, baker.instrument());
  let marks: Uint8Array | undefined;
  for (const { env, tried } of groups) {
    const engine = await fresh();
    const memory = engine.exports["onnxlet:memory"] as WebAssembly.Memory;
    const length = memory.buffer.byteLength;
    engine.lastPanic();
    // Both ways, since the heap's history decides some branches.
    for (const { call } of [...tried, ...[...tried].reverse()]) {
      if ("panic" in (await mustAnswer(engine, env, call))) break;
    }
    marks = merged(marks, new Uint8Array(memory.buffer, 0, marks?.length ?? length));
  }
  const { wasm, report } = baker.trim(marks ?? new Uint8Array(), keep, ALLOCATOR);
  return { wasm, report: JSON.parse(report) as Report };
}

/** The marks of both memories: each instance adds its own. Bytes that are no marks are not read. */
function merged(marks: Uint8Array | undefined, memory: Uint8Array): Uint8Array {
  if (!marks) return memory.slice();
  const [into, from] = [marks, memory].map((bytes) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2));
  for (let at = 0; into && from && at < into.length; at += 1) into[at] = (into[at] ?? 0) | (from[at] ?? 0);
  return marks;
}

/**
 * The lean module must answer as the full one does, bit for bit, or stop, which the shim answers with the full one. In
 * another order than while marking, whose heap had another history. The answer is what it stopped at.
 */
async function verified(fresh: () => Promise<WorkerEngine>, groups: readonly TriedGroup[]): Promise<string[]> {
  const missed: string[] = [];
  for (const { env, tried } of groups) {
    let engine = await fresh();
    for (const { call, expected } of shuffled(tried)) {
      const outcome = await attempt(engine, env, call);
      if (outcome === undefined) {
        missed.push(call.about);
        engine = await fresh();
      } else if (!sameOutcome(outcome, expected)) {
        throw new Error(`the trimmed Worker answers differently from the full one: ${call.about}`);
      }
    }
  }
  return missed;
}
