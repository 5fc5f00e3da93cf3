// Bodies that are compressed, and answers that are to be.
import { random } from "../examples/random.js";
import { ACCEPTED } from "./heads.js";
import type { HttpCall } from "./http-call.js";

type Format = "gzip" | "deflate" | "deflate-raw";

/**
 * Predictions with their bodies compressed in every way, whole and broken, bombs, and a long answer that is compressed in every
 * way that can be asked for.
 */
export async function compressedCalls(predictions: readonly HttpCall[]): Promise<HttpCall[]> {
  const [first] = predictions;
  if (!first) return [];
  const answered = ACCEPTED.map((accepted) => withHeaders(lengthy(first), [["accept-encoding", accepted]]));
  const bodies = odd().map((body): HttpCall => ({ ...first, about: "an odd body", body }));
  const sent = await Promise.all([...predictions, ...bodies].flatMap((call) => FORMATS.map((format) => sentIn(call, format))));
  return [...answered, ...sent.flat()];
}

/** A request whose refusal is long, and no two parts of it the same: asked of the model itself, that would take long. */
function lengthy(call: HttpCall): HttpCall {
  const next = random(1);
  const outputs = Array.from({ length: 4000 }, () => `${next()}`);
  const headers = [["content-type", "application/json"]] as const;
  return { ...call, about: "a long refusal", headers, body: new TextEncoder().encode(JSON.stringify({ inputs: [0], outputs })) };
}

const FORMATS: readonly Format[] = ["gzip", "deflate", "deflate-raw"];

/** What compresses in other ways than JSON does: noise is stored, one letter is one long repetition. */
function odd(): Uint8Array[] {
  const next = random(2);
  const noise = Uint8Array.from({ length: 70_000 }, () => next() * 256);
  const words = new TextEncoder().encode(Array.from({ length: 9000 }, () => Math.floor(next() * 1000) / 8).join(","));
  return [noise, words, new Uint8Array(200_000).fill(32), new Uint8Array(BOMB), Uint8Array.of(1), new Uint8Array()];
}

/** Beyond the usual limit. */
const BOMB = 12 << 20;

async function sentIn(call: HttpCall, format: Format): Promise<HttpCall[]> {
  if (typeof call.body === "string") return [];
  const whole = await compressed(call.body, format);
  const coding = format === "gzip" ? "gzip" : "deflate";
  const damaged = whole.map((byte, at) => (at === whole.length >> 1 ? byte ^ 0x55 : byte));
  const checked = whole.map((byte, at) => (at === whole.length - 5 ? byte ^ 1 : byte));
  const twice = new Uint8Array([...whole.subarray(0, 100_000), ...whole.subarray(0, 100_000)]);
  if (call.body.length === BOMB) return [withHeaders({ ...call, about: "a bomb", body: whole }, [["content-encoding", coding]])];
  const bodies = [whole, whole.subarray(0, whole.length >> 1), whole.subarray(0, 2), whole.subarray(0, whole.length - 1), damaged, checked, twice];
  return bodies.map((body) => withHeaders({ ...call, about: `${call.about}, ${format}`, body }, [["content-encoding", coding]]));
}

function withHeaders(call: HttpCall, headers: HttpCall["headers"]): HttpCall {
  return { ...call, headers: [...call.headers, ...headers] };
}

async function compressed(bytes: Uint8Array, format: Format): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
