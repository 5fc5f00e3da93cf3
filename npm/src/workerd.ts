import { relaxed } from "./engines.js";
import { Instance } from "./runtime/instance.js";
import { OnnxletError } from "./runtime/errors.js";
import { kindOf } from "./runtime/kind.js";
import { Model } from "./runtime/model.js";
import type { LoadOptions } from "./runtime/types.js";
import bundled from "./wasm/model.relaxed.wasm";

export { OnnxletError } from "./runtime/errors.js";

/** Loads the model. Workers compile no bytes: the module comes with the script. They always have relaxed SIMD. */
export async function load(options: LoadOptions = {}): Promise<Model> {
  options.signal?.throwIfAborted();
  refuseForeignOptions(options);
  const module = moduleOf(options);
  return new Model(await Instance.start(() => relaxed(module)));
}

function refuseForeignOptions({ offThread, simd = "auto" }: LoadOptions): void {
  if (offThread) throw new OnnxletError("load", "offThread: expected false, since a Worker has no threads, got true");
  if (simd === "auto" || simd === "relaxed") return;
  throw new OnnxletError("load", `simd: expected "auto" or "relaxed" in a Worker, got ${JSON.stringify(simd)}`);
}

function moduleOf({ wasm }: LoadOptions): WebAssembly.Module {
  const given = typeof wasm === "function" ? wasm("relaxed") : wasm;
  if (given === undefined) return bundled;
  const kind = typeof given === "string" ? "string" : kindOf(given);
  if (kind === "WebAssembly.Module") return given as WebAssembly.Module;
  throw new OnnxletError("load", `wasm: expected a WebAssembly.Module, since Workers compile no bytes, got ${kind}`);
}
