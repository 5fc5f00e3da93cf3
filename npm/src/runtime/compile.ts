import { describeThrown, OnnxletError } from "./errors.js";
import type { Progress } from "./types.js";

/** Who is told of progress, and the size where it is known beforehand. */
export interface Download {
  onProgress?: ((progress: Progress) => void) | undefined;
  total?: number | undefined;
}

/** Compiles bytes; `where` names their source in errors. */
export async function compileBytes(bytes: BufferSource, where: string): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw notWasm(where, `${describeThrown(cause)} (it begins with ${beginning(bytes)})`, cause);
  }
}

/** Compiles a response's body while it arrives; where the server gives the wrong type, once it has arrived. */
export async function compileResponse(response: Response, download: Download): Promise<WebAssembly.Module> {
  const where = response.url || "the response";
  if (!response.ok) throw notWasm(where, `HTTP ${response.status} ${response.statusText}`.trimEnd());
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("text/html")) throw notWasm(where, `HTTP ${response.status} with an HTML page`);
  const counted = withProgress(response, download);
  if (type.startsWith("application/wasm")) return compileStreaming(counted, where);
  return compileBytes(await bodyOf(counted, where), where);
}

async function compileStreaming(response: Response, where: string): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (cause) {
    throw notWasm(where, describeThrown(cause), cause);
  }
}

async function bodyOf(response: Response, where: string): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer();
  } catch (cause) {
    throw notWasm(where, `a broken transfer: ${describeThrown(cause)}`, cause);
  }
}

/** The response itself where nobody watches: browsers cache the compiled code of an untouched one. */
function withProgress(response: Response, { onProgress, total = sizeOf(response) }: Download): Response {
  if (!onProgress || !response.body) return response;
  let loaded = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      loaded += chunk.byteLength;
      onProgress(total === undefined ? { loaded } : { loaded, total });
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), { headers: response.headers });
}

/** The size that a transfer tells of; of a compressed one that would be another. */
function sizeOf({ headers }: Response): number | undefined {
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? undefined : Number(length);
}

function notWasm(where: string, got: string, cause?: unknown): OnnxletError {
  return new OnnxletError("load", `${where}: expected a WebAssembly module, got ${got}`, { cause });
}

function beginning(source: BufferSource): string {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  return bytes.length === 0 ? "nothing" : JSON.stringify(String.fromCharCode(...bytes.subarray(0, 16)));
}
