// A request to the Worker, and all that comes of it, without a network.
import { pinCounters } from "./counters.js";
import type { Env, WorkerEngine } from "./engine.js";

/** A request to make while baking: what it runs stays in the lean module. */
export interface HttpCall {
  /** What is particular about it, for messages. */
  about: string;
  method: string;
  url: string;
  headers: readonly (readonly [name: string, value: string])[];
  /** What became of its body. */
  body: Uint8Array | "broken" | "rate limited" | "crashed";
  /** Its headers are no texts, which makes it panic: what tells of a panic must stay. */
  unreadable?: boolean;
  /** What Cloudflare's edge knows of it. */
  cf?: Readonly<Record<string, unknown>>;
  /** It is made twice, and the second answer counts: once more, or only if the first answer isn't right any more. */
  again?: "once more" | "if changed";
}

/** Everything that a sender and an operator see; after a panic, the instance is done with. */
export type HttpOutcome =
  | { limit: number; status: number; headers: [string, string][]; body: Uint8Array; log: unknown[][] }
  | { panic: string };

const NO_BODY = new Uint8Array();

/** Makes a request as the shim does (worker/js/service.js); nothing where the engine stops instead of answering. */
export async function attempt(engine: WorkerEngine, env: Env, call: HttpCall): Promise<HttpOutcome | undefined> {
  const pinned = pin();
  let sent: { limit: number; response: Response };
  try {
    sent = send(engine, env, call);
  } catch {
    return panicked(engine);
  } finally {
    pinned.release();
  }
  const { limit, response } = sent;
  const body = new Uint8Array(await response.arrayBuffer());
  return { limit, status: response.status, headers: [...response.headers], body, log: pinned.log };
}

function panicked(engine: WorkerEngine): { panic: string } | undefined {
  try {
    const panic = engine.lastPanic();
    return panic === undefined ? undefined : { panic };
  } catch {
    return undefined; // The trap took this function down too.
  }
}

/** The status that a request gets at once. Throws what the engine throws. */
export function statusOf(engine: WorkerEngine, env: Env, call: HttpCall): number {
  const pinned = pin();
  try {
    return send(engine, env, call).response.status;
  } finally {
    pinned.release();
  }
}

function send(engine: WorkerEngine, env: Env, { method, url, headers, body, unreadable, again, cf }: HttpCall) {
  const given = headers.map(([name, value]): [string, string] => [name, value]);
  let request = unreadable ? withoutTexts(method, url) : new Request(url, { method, headers: given });
  if (cf) Object.defineProperty(request, "cf", { value: cf });
  engine.forget(env);
  pinCounters(engine);
  const limit = engine.bodyLimit(request, env);
  // The sender is no part of an answer: it is compared with what is logged.
  if (limit > 0 && env.ONNXLET_RATE_LIMIT) console.log(engine.sender(request, env));
  if (again) {
    const tag = answered(engine, request, env, body, limit).headers.get("etag");
    if (again === "if changed" && tag) request = new Request(url, { method, headers: [...given, ["if-none-match", tag]] });
  }
  if (limit > 0 && body instanceof Uint8Array && engine.looksAtEdge(env)) throughEdge(engine, request, env, body);
  engine.noteInFlight(2);
  return { limit, response: answered(engine, request, env, body, limit) };
}

/** What the shim does where answers lie in Cloudflare's cache (worker/js/edge.js): once it isn't there, then it is. */
function throughEdge(engine: WorkerEngine, request: Request, env: Env, body: Uint8Array): void {
  const url = engine.edgeKey(request, env, body);
  if (url === undefined) return;
  engine.answer(request, env, body);
  const kept = engine.kept(env, url);
  engine.forget(env);
  // Its own bytes can't be read without waiting, so that the last answer has these.
  if (kept) engine.keep(request, env, url, kept, new TextEncoder().encode("{}"));
}

function answered(engine: WorkerEngine, request: Request, env: Env, body: HttpCall["body"], limit: number): Response {
  if (body === "crashed") return engine.answerCrash(request, env, "panicked at src/x.rs:1:1:\nindex out of bounds");
  if (limit === 0) return engine.answer(request, env, NO_BODY);
  if (body === "rate limited") return engine.answerRateLimited(request, env);
  if (body === "broken") return engine.answerBroken(request, env);
  return body.length > limit ? engine.answerTooLarge(request, env) : engine.answer(request, env, body);
}

/** A request whose headers are no texts. No client can send it; workers-rs takes it for granted, and panics. */
function withoutTexts(method: string, url: string): Request {
  const headers = { entries: () => [[1, 2]].values() };
  return { method, url, headers } as unknown as Request;
}

/** Takes randomness out of what follows, and keeps what is logged, until released. Nothing asynchronous may lie between. */
function pin(): { log: unknown[][]; release: () => void } {
  const log: unknown[][] = [];
  const write = console.log;
  console.log = (...line: unknown[]) => void log.push(line);
  const getRandomValues = (array: Uint8Array) => {
    array.forEach((_, at) => (array[at] = (37 * at + log.length) & 255));
    return array;
  };
  Object.defineProperty(crypto, "getRandomValues", { value: getRandomValues, configurable: true });
  const release = () => {
    console.log = write;
    // The own property goes; that of the prototype is back.
    delete (crypto as Partial<Crypto>).getRandomValues;
  };
  return { log, release };
}
