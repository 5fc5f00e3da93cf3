import { untilAborted } from "./abort.js";
import { compileBytes, compileResponse, type Download } from "./compile.js";
import { OnnxletError } from "./errors.js";
import { Instance } from "./instance.js";
import { kindOf } from "./kind.js";
import { Model } from "./model.js";
import { glueOf, makers, type Modules, type PackagedBuild, type PackagedModule, type Scripts } from "./modules.js";
import { Pool } from "./pool.js";
import type { Runner } from "./runner.js";
import { sharing } from "./sharing.js";
import { chooseSimd, supportedSimd } from "./simd.js";
import type { ThreadHandle } from "./thread.js";
import type { LoadOptions, Part, Simd, WasmSource } from "./types.js";

/** What `load` needs of a host. */
export interface Host {
  scripts: Scripts;
  /** Where the package's own wasm files are. */
  addresses: Readonly<Partial<Record<Simd, PackagedBuild>>>;
  /** Where the decoder of pictures is, for a model that takes some. */
  decoder?: PackagedModule | undefined;
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
  const shared = sharing(options);
  const simd = chooseSimd(simdOption(options), supportedSimd(), builds(host));
  const modules = await modulesOf(host, simd, options);
  if (shared) return Pool.start({ begin: () => host.beginThread(), simd, modules }, shared);
  return Instance.start(makers(glueOf(host.scripts, simd), modules));
}

/** The builds that the package has. */
function builds({ scripts, addresses }: Host): Set<Simd> {
  return new Set((Object.keys(addresses) as Simd[]).filter((simd) => scripts.engines[simd]));
}

function simdOption({ simd = "auto" }: LoadOptions): "auto" | Simd {
  if (simd === "auto" || simd === "relaxed" || simd === "baseline") return simd;
  throw new OnnxletError("load", `simd: expected "auto", "relaxed" or "baseline", got ${JSON.stringify(simd)}`);
}

async function modulesOf(host: Host, simd: Simd, options: LoadOptions): Promise<Modules> {
  const build = host.addresses[simd] as PackagedBuild;
  const { wasm, onProgress, signal } = options;
  const given = (part: Part) => (typeof wasm === "function" ? wasm(simd, part) : undefined);
  const part = build.lean ? "lean" : "full";
  const single = typeof wasm === "function" ? undefined : wasm;
  const first = await compiled(host, single ?? given(part), build.lean ?? build.full, { onProgress }, signal);
  // No progress and no abort: the loading is long over when a call needs another module.
  const later = (part: Part, file: PackagedModule) => once(async () => compiled(host, given(part), file, {}, undefined));
  const pictures = host.decoder && later("pictures", host.decoder);
  return { first, full: build.lean && later("full", build.full), pictures };
}

/** Remembers what was made; a failure is not remembered, so that the next call tries again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

const WASM_SOURCES = "an address, a Response, bytes or a WebAssembly.Module";

async function compiled(
  host: Host,
  given: WasmSource | undefined,
  { address, bytes }: PackagedModule,
  download: Download,
  signal: AbortSignal | undefined,
): Promise<WebAssembly.Module> {
  if (given === undefined) return host.compile(address, { ...download, total: bytes }, signal);
  if (typeof given === "string") return host.compile(given, download, signal);
  if (ArrayBuffer.isView(given)) return compileBytes(given as ArrayBufferView<ArrayBuffer>, "wasm");
  switch (kindOf(given)) {
    case "URL":
      return host.compile(given as URL, download, signal);
    case "Response":
      return compileResponse(given as Response, download);
    case "WebAssembly.Module":
      return given as WebAssembly.Module;
    case "ArrayBuffer":
      return compileBytes(given as ArrayBuffer, "wasm");
    default:
      throw new OnnxletError("load", `wasm: expected ${WASM_SOURCES}, got ${kindOf(given)}`);
  }
}
