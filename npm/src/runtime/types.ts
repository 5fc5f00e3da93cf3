/// <reference lib="esnext.disposable" preserve="true" />
// The types that every model's package shares. They name no type of a host's library directly (see `Host`), so that they
// compile in a page, in Node and in a Worker alike.

/** The instance type of a global class, where the program's libraries (DOM, Node, Workers) declare it; else `never`. */
export type Host<Name extends string> = typeof globalThis extends Record<Name, { prototype: infer T }> ? T : never;
type HostModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer T } } } ? T : never;

/** Which build of the module: `relaxed` uses relaxed SIMD (fused multiply-add), `baseline` runs wherever wasm has SIMD. */
export type Simd = "relaxed" | "baseline";

/**
 * A wasm file. `lean` holds the model and the code that it needs, and stops where a call needs more; `full` holds the model
 * and all of the engine; a package that was not trimmed has no `lean`. `pictures`, which serves both builds, decodes PNG,
 * JPEG and WebP; a package whose model takes no pictures doesn't have it.
 */
export type Part = "lean" | "full" | "pictures";

/** Any typed array that holds a tensor's elements. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Element type of a tensor. */
export type Dtype =
  | "float32"
  | "float64"
  | "float16"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "bool"
  | "string";

/** Arrays in arrays, down to the elements, all of the same lengths at each level. */
export type Nested<Element> = readonly (Element | Nested<Element>)[];

/** A tensor as input: nested arrays, one flat array that fills the shape, or flat data with its shape. */
export type TensorInput<Data, Element> =
  | Data
  | Nested<Element>
  | { readonly data: Data | readonly Element[]; readonly shape: readonly number[] };

type NumberArray = Exclude<TypedArray, BigInt64Array | BigUint64Array>;

/** A tensor of floats or of integers up to 32 bits. Integers must fit exactly, floats are rounded to the input's type. */
export type NumberTensor = TensorInput<NumberArray, number>;

/** A tensor of 64-bit integers. */
export type IntegerTensor = TensorInput<TypedArray, number | bigint>;

/** A tensor of truth values; in a `Uint8Array` they are 0 and 1. */
export type BooleanTensor = TensorInput<Uint8Array, boolean>;

/** A tensor of texts. */
export type TextTensor = TensorInput<readonly string[], string>;

/** A tensor as output. */
export interface Tensor<Data = TypedArray | string[]> {
  dtype: Dtype;
  /** Length of each dimension. */
  shape: number[];
  /** The elements, flat, in row-major order (the last dimension varies fastest). */
  data: Data;
}

/** Raw pixels: what `CanvasRenderingContext2D.getImageData` gives. */
export interface Pixels {
  /** Red, green, blue, alpha of each pixel, row by row from the top. */
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * One picture: an encoded PNG, JPEG or WebP (`Blob`, `File`, `Response`, `ArrayBuffer`, `Uint8Array`, base64), raw
 * pixels (`ImageData`), or something that a page can draw.
 */
export type ImageInput =
  | Uint8Array
  | ArrayBuffer
  | Pixels
  | { readonly base64: string }
  | Host<"Blob">
  | Host<"Response">
  | Host<"ImageData">
  | Host<"ImageBitmap">
  | Host<"HTMLImageElement">
  | Host<"HTMLCanvasElement">
  | Host<"HTMLVideoElement">
  | Host<"OffscreenCanvas">
  | Host<"VideoFrame">;

/** A class with its score. */
export interface Ranked<Label extends string = string> {
  label: Label;
  /** Position of the class in the output. */
  index: number;
  score: number;
}

/** The answer of a model whose labels are not known at compile time. */
export interface Prediction<Outputs = Record<string, Tensor>, Label extends string = string> {
  outputs: Outputs;
  /** The best labels of the first example, best first. */
  top?: Ranked<Label>[];
  /** The best labels of every example of the batch. */
  tops?: Ranked<Label>[][];
}

/** Name, element type and shape of an input or output. */
export interface TensorSpec {
  name: string;
  dtype: Dtype;
  /** Each dimension's size, or the name of one that varies; `null` where even their number is unknown. */
  shape: (number | string)[] | null;
  /** The classes, in the order of the last dimension. */
  labels?: string[];
}

/** What goes in and what comes out. */
export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** Everything that a model says about itself. */
export interface Description {
  name: string;
  version: string;
  description?: string;
  /** Digest of the ONNX file, `sha256:` and 64 hexadecimal digits. */
  digest: string;
  inputs: TensorSpec[];
  outputs: TensorSpec[];
  /** `independent` where it is proven that each example of a batch is answered by itself, to the last bit. */
  batch?: "independent";
  /** The model card, as given at build time. */
  card: Record<string, unknown>;
  engine: { name: string; version: string; simd: Simd };
}

/** Counts since `load`. */
export interface Stats {
  /** Calls answered. */
  readonly predictions: number;
  /** Engines that panicked in the middle of a call and were replaced. */
  readonly traps: number;
  /** Calls that needed code that was trimmed away, and went to the full module. */
  readonly fallbacks: number;
}

/** How far the download is, in bytes after decompression. */
export interface Progress {
  loaded: number;
  total?: number;
}

/** Where the wasm file can come from. */
export type WasmSource =
  | string
  | Host<"URL">
  | Host<"Response">
  | ArrayBuffer
  | ArrayBufferView
  | HostModule;

export interface LoadOptions {
  /** Which build to take: by default the fastest that the host can run. */
  simd?: "auto" | Simd;
  /** Run the model in a Web Worker (Node: a worker thread), so that predicting never blocks this thread. */
  offThread?: boolean;
  /**
   * Run the model in so many Web Workers (Node: worker threads), each with an instance of the one compiled module. Calls
   * made at the same time run side by side; a batch is split among threads that nothing else waits for. `offThread` is one.
   */
  threads?: number;
  /**
   * With `threads`: whether a batch may be split. By default it is where the model is proven to answer each example by
   * itself (`describe().batch` is `"independent"`), so that splitting changes no bit. `true` says so of any other model,
   * whose last digits may then depend on the split; `false` keeps each call on one thread.
   */
  splitBatch?: boolean;
  /**
   * The wasm file, where it doesn't lie beside the package's JavaScript. A function is told the chosen build, and which of
   * its files: it is asked for `full` only when a call needs code that was trimmed from `lean`, for `pictures` when the
   * first encoded picture arrives.
   */
  wasm?: WasmSource | ((simd: Simd, part: Part) => WasmSource);
  /** Is told of the download's progress. */
  onProgress?: (progress: Progress) => void;
  /** Aborts the loading. */
  signal?: Host<"AbortSignal">;
}

export interface PredictOptions<Output extends string = string> {
  /** How many labels to rank; by default what the model card says. */
  topK?: number;
  /** Names of the outputs to return; by default all. */
  outputs?: readonly Output[];
  /** Aborts the call: it rejects at once, and does not run if it has not begun. */
  signal?: Host<"AbortSignal">;
  /** With `offThread` or `threads`: move the input's buffers to the other thread instead of copying them. They are empty afterwards. */
  transfer?: boolean;
}

/** What every loaded model has; `predict` is typed by each model's package. */
export interface ModelBase {
  /** Inputs and outputs: names, element types, shapes, labels. */
  readonly signature: Signature;
  /** Counts since `load`. */
  readonly stats: Stats;
  /** Everything that the model says about itself. */
  describe(): Description;
  /** Frees the model (and ends its threads); later calls of `predict` are rejected. */
  dispose(): void;
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
}
