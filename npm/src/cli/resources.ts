// What the package brings along: engines for each SIMD build, the baker, the runtime, licences.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import type { Bytes, NewBaker } from "../bake/baker.js";
import type { PictureModule } from "../assemble/engines.js";
import type { CreateWorker } from "../bake/worker/engine.js";
import type { CreateEngine, EngineHost } from "../runtime/engine.js";
import type { PictureDecoder } from "../runtime/pictures.js";
import type { Simd } from "../runtime/types.js";

// This file is dist/cli/resources.js of the package.
const ROOT = new URL("../../", import.meta.url);

/** The folder of the compiled runtime. */
export const RUNTIME = fileURLToPath(new URL("dist/", ROOT));

/** An engine without a model. */
export interface EngineResource {
  glue: string;
  createEngine: CreateEngine;
  wasm: Bytes;
}

/** The engine of a SIMD build. */
export async function engineResource(simd: Simd): Promise<EngineResource> {
  const glue = new URL(`engines/${simd}.js`, ROOT);
  const { createEngine } = (await import(glue.href)) as { createEngine: CreateEngine };
  return { glue: await readFile(glue, "utf8"), createEngine, wasm: await unpacked(`engines/${simd}.wasm.br`) };
}

/** The decoder of pictures: its files, and how an engine calls it here. */
export interface PicturesResource extends PictureModule {
  host: EngineHost;
}

/** The decoder of pictures. */
export async function picturesResource(): Promise<PicturesResource> {
  const glue = new URL("engines/pictures.js", ROOT);
  const { createEngine: createDecoder } = (await import(glue.href)) as {
    createEngine(module: WebAssembly.Module): Promise<PictureDecoder>;
  };
  const wasm = await unpacked("engines/pictures.wasm.br");
  const host = await createDecoder(await WebAssembly.compile(wasm));
  return { glue: await readFile(glue, "utf8"), wasm, host };
}

async function unpacked(place: string): Promise<Bytes> {
  return new Uint8Array(await promisify(brotliDecompress)(await readFile(new URL(place, ROOT))));
}

/** The folder of the Worker's scripts: shim and glue. */
export const WORKER_SCRIPTS = fileURLToPath(new URL("worker/src/", ROOT));

/** The folder of the page that shows a Worker's API. */
export const REFERENCE = fileURLToPath(new URL("docs/", ROOT));

/** The Worker without a model. */
export async function workerResource(): Promise<{ create: CreateWorker; worker: Bytes }> {
  const { createEngine } = (await import(new URL("worker/src/engine.js", ROOT).href)) as { createEngine: CreateWorker };
  return { create: createEngine, worker: await unpacked("worker/worker.wasm.br") };
}

/** The baker, ready for use. */
export async function bakerResource(): Promise<NewBaker> {
  const { initSync, Baker } = (await import(new URL("baker/baker.js", ROOT).href)) as {
    initSync(options: { module: BufferSource }): void;
    Baker: NewBaker;
  };
  initSync({ module: await readFile(new URL("baker/baker_bg.wasm", ROOT)) });
  return Baker;
}

/** The licences of engine and runtime, by file name. */
export async function licenses(): Promise<Record<string, string>> {
  const read = async (name: string) => [name, await readFile(new URL(name, ROOT), "utf8")] as const;
  return Object.fromEntries(await Promise.all(["LICENSE-MIT", "LICENSE-APACHE"].map(read)));
}

/** The version of this package. */
export async function version(): Promise<string> {
  return (JSON.parse(await readFile(new URL("package.json", ROOT), "utf8")) as { version: string }).version;
}
