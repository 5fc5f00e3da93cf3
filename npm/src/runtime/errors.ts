/**
 * What went wrong, for a program to act on.
 *
 * From the engine: `model`, `card`, `malformed` (not an image, truncated …), `invalid` (does not fit the signature),
 * `too_large`, `unsupported` (an image for a model without image input), `engine` (it failed on valid input).
 * From the runtime: `load` (the wasm file could not be fetched or compiled), `disposed`.
 */
export type ErrorCode =
  | "model"
  | "card"
  | "malformed"
  | "invalid"
  | "too_large"
  | "unsupported"
  | "engine"
  | "load"
  | "disposed";

/** One thing that is wrong with a call. */
export interface Problem {
  /** Path of the field, such as `image` or `inputs.features[2].petal_length`. */
  field: string;
  /** What was expected there, and what was got. */
  message: string;
}

/** An error as it crosses a thread: structured clone keeps neither class nor own properties of an `Error`. */
export interface PlainError {
  code: ErrorCode;
  message: string;
  problems: Problem[];
}

/** Every refusal and failure of this package, except an abort (that is the signal's own reason). */
export class OnnxletError extends Error {
  override readonly name = "OnnxletError";
  /** What went wrong, for a program to act on. */
  readonly code: ErrorCode;
  /** Every problem with the input, by field; empty when the error isn't about fields. */
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, details: { problems?: readonly Problem[]; cause?: unknown } = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.problems = details.problems ?? [];
  }
}

/** True for what the engine throws on purpose: an object with `code`, `message` and `problems`. */
export function isRefusal(thrown: unknown): thrown is PlainError {
  if (typeof thrown !== "object" || thrown === null) return false;
  const { code, message, problems } = thrown as Partial<PlainError>;
  return typeof code === "string" && typeof message === "string" && Array.isArray(problems);
}

/** The error that a caller sees for a refusal from the engine or from another thread. */
export function fromPlain({ code, message, problems }: PlainError): OnnxletError {
  return new OnnxletError(code, message, { problems });
}

/** The form of an error that can be posted to another thread. */
export function toPlain(thrown: unknown): PlainError {
  if (isRefusal(thrown)) {
    return { code: thrown.code, message: thrown.message, problems: thrown.problems.map((problem) => ({ ...problem })) };
  }
  return { code: "engine", message: describeThrown(thrown), problems: [] };
}

/** The error for an input that can't cross a thread, such as a function. */
export function unsendable(cause: unknown): OnnxletError {
  return new OnnxletError("invalid", `the input can't be sent to the model's thread: ${describeThrown(cause)}`, { cause });
}

/** A thrown value in words. */
export function describeThrown(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}
