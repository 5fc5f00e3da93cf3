import type { EngineOptions } from "./engine.js";
import type { PlainError } from "./errors.js";
import type { Posted } from "./posted.js";
import type { Description, Part, Simd, Stats } from "./types.js";

// What the two sides of a thread say to each other: one request, one reply, strictly in turns. Where the thread needs
// another module, its reply asks for that; the next request brings it, and is answered as the one before.

/** The modules that a thread may ask for. */
export type LaterPart = Exclude<Part, "lean">;

/** The first request: which module to instantiate. A compiled module is shared, not compiled again. */
export interface StartRequest {
  type: "start";
  module: WebAssembly.Module;
  simd: Simd;
  /** The modules to ask for when they are needed. */
  later: LaterPart[];
}

/** The module that was asked for, or why it can't be had. */
export type ModuleRequest = { type: "module"; module: WebAssembly.Module } | { type: "no-module"; error: PlainError };

export interface PredictRequest {
  type: "predict";
  input: unknown;
  options: EngineOptions;
}

export type Request = StartRequest | PredictRequest | ModuleRequest;

/** The answer to a request, or the error that it met; `milliseconds` is how long the thread was at it. */
export type Reply =
  | { type: "started"; description: Description }
  | { type: "lacking"; part: LaterPart }
  | { type: "predicted"; answer: Posted; milliseconds: number; stats: Stats }
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
