import { untilAborted } from "./abort.js";
import { compileBytes, compileResponse, type Download } from "./compile.js";
import type { Engines } from "./engine.js";
import { OnnxletError } from "./errors.js";
import { Instance } from "./instance.js";
import { kindOf } from "./kind.js";
import { Model } from "./model.js";
import type { Runner } from "./runner.js";
import { chooseSimd, supportedSimd } from "./simd.js";
import type { ThreadHandle } from "./thread.js";
import { ThreadRunner } from "./thread-runner.js";
import type { LoadOptions, Simd } from "./types.js";

/** What `load` needs of a host. */
export interface Host {
  engines: Engines;
  /** Where the package's own wasm files are. */
  wasm: Readonly<Record<Simd, URL>>;
  /** Their sizes in bytes. */
  bytes: Readonly<Record<Simd, number>>;
  /** Compiles the module at an address. */
  compile(address: URL | string, download: Download, signal: AbortSignal | undefined): Promise<WebAssembly.Module>;
  /** Begins a thread that runs the host's `thread.*.js`. */
  beginThread(): ThreadHandle;
}

/** The function `load` of a host that compiles modules itself. */
export function loader(host: Host): (options?: LoadOptions) => Promise<Model> {
  return async (options = {}) => {
    options.signal?.throwIfAborted();
    const starting = started(host, options);
    starting.then((runner) => options.signal?.aborted && runner.dispose(), () => {});
    return new Model(await untilAborted(starting, options.signal));
  };
}

async function started(host: Host, options: LoadOptions): Promise<Runner> {
  const simd = chooseSimd(simdOption(options), supportedSimd());
  const module = await compiled(host, simd, options);
  const createEngine = host.engines[simd];
  if (!createEngine) throw new OnnxletError("load", `the package has no ${simd} build`);
  if (options.offThread) return ThreadRunner.start(() => host.beginThread(), { type: "start", module, simd });
  return Instance.start(() => createEngine(module));
}

function simdOption({ simd = "auto" }: LoadOptions): "auto" | Simd {
  if (simd === "auto" || simd === "relaxed" || simd === "baseline") return simd;
  throw new OnnxletError("load", `simd: expected "auto", "relaxed" or "baseline", got ${JSON.stringify(simd)}`);
}

const WASM_SOURCES = "an address, a Response, bytes or a WebAssembly.Module";

async function compiled(host: Host, simd: Simd, options: LoadOptions): Promise<WebAssembly.Module> {
  const { onProgress, signal } = options;
  const given = typeof options.wasm === "function" ? options.wasm(simd) : options.wasm;
  if (given === undefined) return host.compile(host.wasm[simd], { onProgress, total: host.bytes[simd] }, signal);
  if (typeof given === "string") return host.compile(given, { onProgress }, signal);
  if (ArrayBuffer.isView(given)) return compileBytes(given as ArrayBufferView<ArrayBuffer>, "wasm");
  switch (kindOf(given)) {
    case "URL":
      return host.compile(given as URL, { onProgress }, signal);
    case "Response":
      return compileResponse(given as Response, { onProgress });
    case "WebAssembly.Module":
      return given as WebAssembly.Module;
    case "ArrayBuffer":
      return compileBytes(given as ArrayBuffer, "wasm");
    default:
      throw new OnnxletError("load", `wasm: expected ${WASM_SOURCES}, got ${kindOf(given)}`);
  }
}
