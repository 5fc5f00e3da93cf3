import type { Engine } from "../runtime/engine.js";
import { isRefusal, type PlainError, toPlain } from "../runtime/errors.js";
import type { Prediction } from "../runtime/types.js";
import type { Example } from "./examples/example.js";

/** What an engine says to an example. */
export type Outcome = { prediction: Prediction } | { refusal: PlainError };

/** Runs an example; `undefined` where the engine stops instead of answering or refusing. */
export function attempt(engine: Engine, { input, options }: Example): Outcome | undefined {
  try {
    return { prediction: engine.predict(input, options) };
  } catch (thrown) {
    return isRefusal(thrown) ? { refusal: toPlain(thrown) } : undefined;
  }
}

/** Runs an example in an engine that must not stop. */
export function outcomeOf(engine: Engine, example: Example): Outcome {
  const outcome = attempt(engine, example);
  if (outcome) return outcome;
  throw new Error(`the engine stopped at an example (${example.about}): ${engine.lastPanic() ?? "for no known reason"}`);
}

/** True where both are the same to the last bit. */
export function sameOutcome(a: unknown, b: unknown): boolean {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return sameBytes(bytesOf(a), bytesOf(b));
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return keys.length === others.length && keys.every((key) => key in right && sameOutcome(left[key], right[key]));
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
