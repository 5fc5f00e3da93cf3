import type { Description, Prediction, Simd } from "./types.js";

/** Options as the engine takes them. */
export interface EngineOptions {
  /** How many labels to rank. */
  topK?: number;
  /** Names of the outputs to return; all when absent. */
  outputs?: readonly string[];
}

/** One instance of the wasm module: the functions of the crate's JavaScript door. */
export interface Engine {
  /** Reads the bundled model. */
  load(): void;
  describe(): Description;
  predict(input: unknown, options?: EngineOptions): Prediction;
  /** The message of the panic that trapped this instance, if one did. */
  lastPanic(): string | undefined;
  /** What the module exports, which the functions above call: the baker's door. */
  exports: WebAssembly.Exports;
}

/** What an engine asks of its host. */
export interface EngineHost {
  /** Decodes a PNG, JPEG or WebP of at most so many pixels (width × height). */
  decodePicture(bytes: Uint8Array, pixels: number): DecodedPicture;
}

/** RGBA, 8 bits a channel; no data where there are more pixels than allowed; or why there are none. */
export type DecodedPicture =
  | { width: number; height: number; data: Uint8ClampedArray }
  | { width: number; height: number }
  | { malformed: string }
  | { pending: true };

/** Instantiates a compiled module with its glue. */
export type CreateEngine = (module: WebAssembly.Module, host: EngineHost) => Promise<Engine>;

/** The glue of each SIMD build that a host may run. */
export type Engines = Readonly<Partial<Record<Simd, CreateEngine>>>;
