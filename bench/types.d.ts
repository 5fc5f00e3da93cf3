// What the parts of the bench hand to one another.

export type HostName = "node" | "chromium";

export type EngineName =
  | "onnxlet-relaxed"
  | "onnxlet-baseline"
  | "tract-plain"
  | "onnxruntime-web"
  | "rten"
  | "tfjs-wasm";

/** The reference, without its optimiser. */
export type AsWritten = "onnxruntime-web-as-written";

/** Those that `pool.mjs` measures with a batch. */
export type SharerName = "onnxlet-here" | "onnxlet-thread" | "onnxlet-pool" | "onnxruntime-web" | "onnxruntime-web-2";

export type Data = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** A tensor with plain data, the same for every engine. `bool` is a `Uint8Array` of 0 and 1. */
export interface Tensor {
  dtype: string;
  shape: number[];
  data: Data;
}

export type Tensors = Record<string, Tensor>;

/** What a host offers to an engine's adapter. */
export interface Host {
  name: HostName;
  /** The bytes of a file that the engine's user would have to ship. */
  read(file: URL): Promise<Uint8Array<ArrayBuffer>>;
}

export type Predict = (inputs: Tensors) => Promise<Tensors>;

/** What each file in `engines/` exports: everything from nothing to the first predict, which the caller makes. */
export interface Adapter {
  start(host: Host, engine: EngineName | AsWritten | SharerName, inputs: Tensors): Promise<Predict>;
}

/** What a host is asked to do in a fresh process or page. */
export interface Request {
  engine: EngineName | AsWritten | SharerName;
  /** The model's folder in the site. */
  model: string;
  /** Go on predicting, for the steady state. */
  steady: boolean;
  /** Return the outputs. */
  outputs: boolean;
}

export interface Sample {
  cold: number;
  /** Each steady predict. Empty unless asked for. */
  predict: number[];
  /** Of every WebAssembly memory, at the end. */
  memory: number;
  outputs?: Tensors;
}

/** A sample, and which files of the site were read for it. */
export interface Audited extends Sample {
  files: string[];
}

export interface Times {
  min: number;
  median: number;
}

export interface Bytes {
  raw: number;
  gzip: number;
  brotli: number;
}

/** What `target/bench/results.json` lists. */
export interface Row {
  model: string;
  engine: EngineName;
  host: HostName;
  bytes: Bytes;
  cold_ms: Times;
  predict_ms: Times;
  memory_bytes: number;
}

/** An engine that got no numbers. */
export interface Refused {
  model: string;
  engine: EngineName;
  host: HostName;
  reason: string;
}

/** What there is to measure: a model and one realistic input. */
export interface Model {
  name: string;
  onnx: string;
  card: string;
  about: string;
  /** Its bytes. */
  bytes: number;
  inputs: Tensors;
  /** What onnxruntime answers natively, with its optimiser and without; nothing where that was not asked. */
  expected: Tensors[];
}

/** How the numbers came about: `target/bench/run.json`. */
export interface Run {
  date: string;
  machine: Record<string, string>;
  versions: Record<string, string>;
  /** How often each engine was started afresh, and in how many of these rounds it went on predicting. */
  rounds: { cold: number; steady: number };
  /** How much other work the processors had before and after the rounds, 0 to 1. */
  busy: { before: number; after: number };
  models: Record<string, { about: string; bytes: number; inputs: Record<string, string> }>;
  refused: Refused[];
  /** What each row's bytes are of. */
  files: Record<string, Record<string, Bytes>>;
}

// What `bench/load/` hands from one part to another.

export type Format = "json" | "binary";
export type ServerName = "flask" | "worker" | "worker-two" | "worker-cached";

export interface Cell {
  connections: number;
  batch: number;
  format: Format;
}

/** A request that is sent again and again, and how its answer is read. */
export interface Asked {
  /** Where the connections go, in turn. */
  urls: string[];
  headers: Record<string, string>;
  body: Buffer;
  read(body: Uint8Array, headers: Headers): Float32Array;
}

export interface LoadServer {
  name: ServerName;
  pids: number[];
  ask: Record<Format, (images: Float32Array) => Asked>;
  stop(): Promise<void>;
}

/** Of a process and its children, in bytes; shared pages counted in each process, or in parts. */
export interface Memory {
  resident: number;
  proportional: number;
}

export interface LoadRow extends Cell {
  server: ServerName;
  /** Answers a second. */
  rate: number;
  p50_ms: number;
  p99_ms: number;
  answers: number;
  wrong: number;
  /** Processor time of the server for a request; nothing where the system doesn't tell. */
  processor_ms: number | null;
}

/** The time of an example where this many are predicted at once. */
export interface BatchRow {
  model: string;
  size: number;
  example_us: number;
}

export interface LoadRun {
  date: string;
  machine: Record<string, string>;
  versions: Record<string, string>;
  seconds: number;
  rounds: number;
  busy: { before: number; after: number };
  /** The largest difference between a server's probabilities and onnxruntime's behind Flask. */
  difference: number;
  memory: Record<string, { idle: Memory | null; end: Memory | null }>;
  rows: LoadRow[];
  batches: BatchRow[];
}
