import type { EngineOptions } from "./engine.js";
import type { PlainError } from "./errors.js";
import type { Description, Prediction, Simd, Stats } from "./types.js";

// What the two sides of a thread say to each other: one request, one reply, strictly in turns. Where the thread's module
// lacks code, its reply asks for the full one; the next request brings that, and is answered as the one before.

/** The first request: which module to instantiate. A compiled module is shared, not compiled again. */
export interface StartRequest {
  type: "start";
  module: WebAssembly.Module;
  simd: Simd;
  /** There is a full module to ask for. */
  trimmed: boolean;
}

/** The full module, or why it can't be had. */
export type FullRequest = { type: "full"; module: WebAssembly.Module } | { type: "no-full"; error: PlainError };

export interface PredictRequest {
  type: "predict";
  input: unknown;
  options: EngineOptions;
}

export type Request = StartRequest | PredictRequest | FullRequest;

/** The answer to a request, or the error that it met. */
export type Reply =
  | { type: "started"; description: Description }
  | { type: "lacking" }
  | { type: "predicted"; prediction: Prediction; stats: Stats }
  | { type: "failed"; error: PlainError; stats: Stats };

/** This side's end of a thread, as the host makes it. */
export interface ThreadHandle {
  post(request: Request, transfer: ArrayBuffer[]): void;
  /** Sets who is told of replies, and of the thread's death with its cause in words. */
  listen(onReply: (reply: Reply) => void, onDeath: (cause: string) => void): void;
  terminate(): void;
}

/** The thread's own end. */
export interface Caller {
  reply(reply: Reply, transfer: ArrayBuffer[]): void;
  listen(onRequest: (request: Request) => void): void;
}
