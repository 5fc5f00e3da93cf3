import * as bundled from "./bundled.js";
import * as scripts from "./engines.js";
import { OnnxletError } from "./runtime/errors.js";
import { Instance } from "./runtime/instance.js";
import { kindOf } from "./runtime/kind.js";
import { Model } from "./runtime/model.js";
import { glueOf, makers } from "./runtime/modules.js";
import type { LoadOptions, Part } from "./runtime/types.js";

export { OnnxletError } from "./runtime/errors.js";

/** Loads the model. Workers compile no bytes: the modules come with the script. */
export async function load(options: LoadOptions = {}): Promise<Model> {
  options.signal?.throwIfAborted();
  refuseForeignOptions(options);
  const { first, full, decoder } = bundled;
  const modules = {
    first: given(options, full ? "lean" : "full") ?? first,
    full: full && (async () => behind(options, "full") ?? full),
    pictures: decoder && (async () => behind(options, "pictures") ?? decoder),
  };
  return new Model(await Instance.start(makers(glueOf(scripts, bundled.simd), modules)));
}

function refuseForeignOptions({ offThread, threads, simd = "auto" }: LoadOptions): void {
  if (offThread) throw new OnnxletError("load", "offThread: expected false, since a Worker has no threads, got true");
  if (threads !== undefined) throw new OnnxletError("load", `threads: expected none, since a Worker has no threads, got ${threads}`);
  if (simd === "auto" || simd === bundled.simd) return;
  const expected = `expected "auto" or "${bundled.simd}" in a Worker`;
  throw new OnnxletError("load", `simd: ${expected}, got ${JSON.stringify(simd)}`);
}

/** A single module stands for the first only. */
function behind(options: LoadOptions, part: Part): WebAssembly.Module | undefined {
  return typeof options.wasm === "function" ? given(options, part) : undefined;
}

function given({ wasm }: LoadOptions, part: Part): WebAssembly.Module | undefined {
  const source = typeof wasm === "function" ? wasm(bundled.simd, part) : wasm;
  if (source === undefined) return undefined;
  const kind = typeof source === "string" ? "string" : kindOf(source);
  if (kind === "WebAssembly.Module") return source as WebAssembly.Module;
  throw new OnnxletError("load", `wasm: expected a WebAssembly.Module, since Workers compile no bytes, got ${kind}`);
}
