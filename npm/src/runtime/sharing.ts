import { OnnxletError } from "./errors.js";
import type { Sharing } from "./pool.js";
import type { LoadOptions } from "./types.js";

/** More threads than any machine has processors for; each takes the memory of a model. */
const MOST_THREADS = 256;

/** The threads that are asked for; nothing where the model is to run on this one. */
export function sharing({ offThread, threads, splitBatch }: LoadOptions): Sharing | undefined {
  if (threads === undefined) {
    if (splitBatch) throw new OnnxletError("load", "splitBatch: there is nothing to split among without threads");
    return offThread ? { threads: 1 } : undefined;
  }
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new OnnxletError("load", `threads: expected a whole number from 1 to ${MOST_THREADS}, got ${String(threads)}`);
  }
  if (offThread === false) throw new OnnxletError("load", `threads: expected none with offThread: false, got ${threads}`);
  return { threads, splitBatch };
}
