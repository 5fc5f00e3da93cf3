// The wasm modules of a package: what a build is started from, and what stands behind it.
import type { CreateEngine } from "./engine.js";
import type { Makers } from "./instance.js";

/** A wasm file of the package. */
export interface PackagedModule {
  address: URL;
  /** Size in bytes: the `total` of progress, which a compressed transfer doesn't tell. */
  bytes: number;
}

/** The files of one SIMD build. A build that was not trimmed has no lean one. */
export interface PackagedBuild {
  readonly lean?: PackagedModule;
  readonly full: PackagedModule;
}

/** The module to begin with, and how to get the one behind it, where the first is trimmed. */
export interface Modules {
  first: WebAssembly.Module;
  full?: (() => Promise<WebAssembly.Module>) | undefined;
}

/** How to make engines of a build's modules. */
export function makers(createEngine: CreateEngine, { first, full }: Modules): Makers {
  return {
    first: () => createEngine(first),
    full: full && (async () => createEngine(await full())),
  };
}
