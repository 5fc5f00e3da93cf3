import { OnnxletError } from "./errors.js";
import { kindOf } from "./kind.js";
import { isPicture, pixelsOf } from "./pixels.js";

type MaybePromise<T> = T | Promise<T>;

/**
 * The input with everything that only a host can read (files, responses, pictures of a page) turned into what the engine
 * takes: `Uint8Array` of an encoded image, or `{data, width, height}`. Tensors pass through untouched. A promise only
 * where something must be waited for.
 */
export function engineInput(input: unknown): MaybePromise<unknown> {
  // An envelope holds named inputs, those hold values, a batch holds examples: three levels below the top.
  return converted(input, "", 3);
}

function converted(value: unknown, field: string, depth: number): MaybePromise<unknown> {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return depth > 0 && mayHoldSources(value) ? convertedBatch(value, field, depth) : value;
  if (isPlain(value)) return depth > 0 ? convertedRecord(value, field, depth) : value;
  return fromSource(value, field || "input");
}

/** What a file, a response or a picture holds; anything else as it is, for the engine to refuse. */
function fromSource(value: object, field: string): MaybePromise<unknown> {
  if (isPicture(value)) return pixelsOf(value, field);
  switch (kindOf(value)) {
    case "ArrayBuffer":
      return new Uint8Array(value as ArrayBuffer);
    case "ImageData":
      return pixels(value as ImageData);
    case "Blob":
    case "File":
      return (value as Blob).arrayBuffer().then((buffer) => new Uint8Array(buffer));
    case "Response":
      return responseBytes(value as Response, field);
    default:
      return value;
  }
}

function pixels({ data, width, height }: ImageData): object {
  return { data, width, height };
}

async function responseBytes(response: Response, field: string): Promise<Uint8Array> {
  const where = response.url || "the response";
  if (!response.ok) throw misfit(field, `expected an image, got HTTP ${response.status} from ${where}`);
  if (response.bodyUsed) throw misfit(field, `the body of ${where} has already been read`);
  return new Uint8Array(await response.arrayBuffer());
}

function misfit(field: string, message: string): OnnxletError {
  return new OnnxletError("invalid", `${field}: ${message}`, { problems: [{ field, message }] });
}

function convertedBatch(values: readonly unknown[], field: string, depth: number): MaybePromise<unknown[]> {
  return allOf(values.map((value, index) => converted(value, `${field}[${index}]`, depth - 1)));
}

function convertedRecord(record: object, field: string, depth: number): MaybePromise<object> {
  const names = Object.keys(record);
  const prefix = field && `${field}.`;
  const values = allOf(Object.values(record).map((value, index) => converted(value, prefix + names[index], depth - 1)));
  const named = (ready: readonly unknown[]) => Object.fromEntries(ready.map((value, index) => [names[index], value]));
  return values instanceof Promise ? values.then(named) : named(values);
}

function allOf(values: readonly unknown[]): MaybePromise<unknown[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : [...values];
}

/** A long array of numbers must not be walked: only its first entry is looked at. */
function mayHoldSources(values: readonly unknown[]): boolean {
  return typeof values[0] === "object";
}

/** An object literal, of this realm or another. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (kindOf(value) === "Object" && Object.getPrototypeOf(prototype) === null);
}
