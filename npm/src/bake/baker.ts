// The baker: the crate `bake/` as wasm-bindgen presents it.

/** Bakes one engine, step by step. */
export interface Baker {
  /** The engine to load a model in. */
  prepare(): Bytes;
  /** Indices of the globals whose values a snapshot needs. */
  mutableGlobals(): Uint32Array;
  /** The number of tables whose sizes a snapshot needs. */
  tables(): number;
  /** The full module: the engine that starts in this state. */
  snapshot(memory: Uint8Array, globals: BigUint64Array, tables: Uint32Array): Bytes;
  /** The full module, marking what it runs. */
  instrument(): Bytes;
  /** The full module without what the marks in `memory` don't show. The exports named in `whole` stay with all they call. */
  trim(memory: Uint8Array, keep: Keep, whole: string[]): Trimmed;
}

/** What stays beside the code that ran. */
export type Keep = "blocks" | "functions" | "direct-calls";

/** A lean module and, as JSON, what stayed in it. */
export interface Trimmed {
  readonly wasm: Bytes;
  readonly report: string;
}

/** Makes a baker of an engine, or throws why that engine can't be baked. */
export type NewBaker = new (engine: Uint8Array) => Baker;

/** Bytes that can be compiled. */
export type Bytes = Uint8Array<ArrayBuffer>;
