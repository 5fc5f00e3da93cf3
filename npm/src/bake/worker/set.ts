import type { Description } from "../../assemble/card.js";
import type { Engine } from "../../runtime/engine.js";
import type { Example } from "../examples/example.js";
import { exampleSet, sizesThatWork } from "../examples/set.js";
import { sizesOf } from "../examples/sizes.js";
import { bodiesOf, type Body, spellings } from "./bodies.js";
import type { Env, WorkerEngine } from "./engine.js";
import { compressedCalls } from "./compressed.js";
import { ACCEPTED, call, heads, post } from "./heads.js";
import { type HttpCall, statusOf } from "./http-call.js";
import { jsonOf } from "./json.js";
import { protocolCalls } from "./protocols/all.js";
import { PROTECTIONS, protectedCalls } from "./protections.js";
import { SETTINGS } from "./settings.js";

/** Requests to one instance, which reads its variables once. */
export interface Group {
  about: string;
  env: Env;
  calls: HttpCall[];
}

/**
 * What a baked Worker is tried with: its whole HTTP contract. Every route, method and header that it reads, every form of
 * input that JSON and pictures can have, every refusal, under every kind of variables, and the user's own examples.
 * Always the same for the same model, whose file has `modelBytes`.
 */
export async function groupsOf(
  description: Description,
  engine: WorkerEngine,
  given: readonly Example[],
  modelBytes: number,
): Promise<Group[]> {
  const asked = asEngine(engine);
  const sizes = sizesThatWork(description.inputs, asked);
  const first = sizes[0] ?? sizesOf(description.inputs, 1, 1);
  const bodies = bodiesOf(exampleSet(description, asked, given, modelBytes));
  const predictions = [...bodies, ...spellings(description.inputs, first)].map(sent);
  const some = sampled(bodies);
  const isLarge = modelBytes > LARGE_MODEL;
  const protocols = protocolCalls(description, sizes.length === 0 ? [first] : sizes.slice(0, isLarge ? 1 : 3));
  const coded = await compressedCalls(some.slice(0, isLarge ? 1 : 6));
  const whole = {
    about: "",
    env: SETTINGS[0]?.env ?? {},
    calls: [...predictions, ...heads(), ...some.flatMap(kept), ...some.flatMap(compressed), ...protocols, ...coded, client()],
  };
  const rest = SETTINGS.slice(1).map((setting) => {
    return { ...setting, calls: [...some, ...operations(), ...(PROTECTIONS.includes(setting) ? protectedCalls(some) : [])] };
  });
  const panic = { ...post("a panic", "application/json", new Uint8Array()), unreadable: true };
  return [whole, ...rest, { about: "", env: {}, calls: [panic] }];
}

/** Models of more bytes take too long to answer every protocol at every size. */
const LARGE_MODEL = 1 << 18;

/** A request whose `Accept-Encoding` Cloudflare's edge has replaced. */
function client(): HttpCall {
  return { ...call("a client", "GET", "/model"), cf: { clientAcceptEncoding: "gzip" } };
}

function sent({ about, type, bytes }: Body): HttpCall {
  return post(about, type, bytes);
}

/** Bodies of every kind, few enough to be sent under each setting. */
function sampled(bodies: readonly Body[]): HttpCall[] {
  const types = [...new Set(bodies.map(({ type }) => type))];
  return types.flatMap((type) => bodies.filter((body) => body.type === type).slice(0, 3)).map(sent);
}

/** A request that may be answered from memory, with every header that matters there. */
function kept(call: HttpCall): HttpCall[] {
  const wishes = ["no-store", "no-cache", "max-age=0", "only-if-cached", "No-Cache, only-if-cached", "private, max-age=60", ""];
  const tags = ["*", '"a"', 'W/"a", "b"', "a", ""];
  const heads = [...wishes.map((wish) => ["cache-control", wish] as const), ...tags.map((tag) => ["if-none-match", tag] as const)];
  const headed = heads.map((head): HttpCall => ({ ...call, headers: [...call.headers, head] }));
  const twice = headed.map((one): HttpCall => ({ ...one, again: "once more" }));
  return [...headed, ...twice, { ...call, again: "once more" }, { ...call, again: "if changed" }];
}

/** A request whose answer may be compressed. */
function compressed(call: HttpCall): HttpCall[] {
  return ACCEPTED.map((encodings) => ({ ...call, headers: [...call.headers, ["accept-encoding", encodings]] }));
}

/** Requests of every kind that need no body of the model's. */
function operations(): HttpCall[] {
  const shown = ["/model", "/version", "/healthz", "/readyz", "/metrics", "/openapi.json", "/nope"].map((path) => call("route", "GET", path));
  return [
    ...shown,
    call("route", "DELETE", "/model"),
    call("preflight", "OPTIONS", "/predict"),
    post("wrong type", "text/plain", new Uint8Array(3)),
    post("broken JSON", "application/json", new TextEncoder().encode("[1")),
    post("too much", "application/json", new Uint8Array(2000).fill(32)),
    post("a broken body", "image/png", "broken"),
    post("too many", "image/png", "rate limited"),
    post("a crash", "image/png", "crashed"),
  ];
}

/** The Worker as far as the finding of examples asks it: whether it takes an input. */
function asEngine(engine: WorkerEngine): Engine {
  const predict = (input: unknown) => {
    const bytes = new TextEncoder().encode(jsonOf(input) ?? "");
    const status = statusOf(engine, SETTINGS[0]?.env ?? {}, post("sizes", "application/json", bytes));
    if (status === 200) return { outputs: {} };
    throw { code: "invalid", message: `HTTP ${status}`, problems: [] };
  };
  return { predict } as unknown as Engine;
}
