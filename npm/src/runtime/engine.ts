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
}

/** Instantiates a compiled module with its glue. */
export type CreateEngine = (module: WebAssembly.Module) => Promise<Engine>;

/** The glue of each SIMD build that a host may run. */
export type Engines = Readonly<Partial<Record<Simd, CreateEngine>>>;
