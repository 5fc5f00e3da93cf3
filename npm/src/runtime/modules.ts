// The wasm modules of a package: what a build is started from, and what stands behind it.
import type { CreateEngine, Engines } from "./engine.js";
import { OnnxletError } from "./errors.js";
import type { Makers } from "./instance.js";
import { type PictureGlue, Pictures } from "./pictures.js";
import type { Description, Simd } from "./types.js";

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

/** Gets a module that is not there from the beginning. */
export type LaterModule = () => Promise<WebAssembly.Module>;

/** The module to begin with, and how to get those that a call may need. */
export interface Modules {
  first: WebAssembly.Module;
  /** The one behind it, where the first is trimmed. */
  full?: LaterModule | undefined;
  /** The decoder of pictures, for a model that takes some. */
  pictures?: LaterModule | undefined;
}

/** What a package's generated scripts know of a build: its model, and how to instantiate its modules. */
export interface Glue {
  description: Description;
  createEngine: CreateEngine;
  pictures?: PictureGlue | undefined;
}

/** The scripts that a package is generated with. */
export interface Scripts {
  engines: Engines;
  /** What the model says of itself, in that build. */
  describe(simd: Simd): Description;
  pictures?: PictureGlue | undefined;
}

/** What the scripts know of a build, where they have it. */
export function glueOf({ engines, describe, pictures }: Scripts, simd: Simd): Glue {
  const createEngine = engines[simd];
  if (!createEngine) throw new OnnxletError("load", `there is no ${simd} build`);
  return { description: describe(simd), createEngine, pictures };
}

/** How to make engines of a build's modules. */
export function makers(glue: Glue, { first, full, pictures: decoder }: Modules): Makers {
  const pictures = new Pictures(async () => {
    if (!glue.pictures || !decoder) throw new OnnxletError("load", "this package has no decoder of pictures");
    const [createDecoder, module] = await Promise.all([glue.pictures(), decoder()]);
    return createDecoder(module);
  });
  return {
    description: glue.description,
    first: () => glue.createEngine(first, pictures),
    full: full && (async () => glue.createEngine(await full(), pictures)),
    pictures,
  };
}
