// Which inputs are a batch that can be cut along the first axis, so that its parts are read as the whole would be. What isn't
// certainly so is no batch here: one instance answers it whole, and says what is wrong with it.
import { kindOf } from "./kind.js";
import type { Description, TensorSpec, TypedArray } from "./types.js";

/** A batch that can be cut. */
export interface Batch {
  /** How many examples it has. */
  readonly count: number;
  /** How many elements an example has, in its largest input. */
  readonly each: number;
  /** The input of the examples from `from` up to `to`, in the form that it came in. */
  cut(from: number, to: number): unknown;
}

/** Beyond so many elements the engine refuses an input (src/limits.rs), which its parts would evade. */
const MOST_ELEMENTS = 16 * 2 ** 20;

/** Finds the batch in what `predict` is given, for one model. */
export type Batches = (input: unknown) => Batch | undefined;

/** What a card says of an input's other forms. */
interface InputCard {
  image?: { width: number; height: number; color?: string; layout?: string };
  features?: unknown[];
}

/** Finds batches of a model; nothing where not every input and output has a first axis of any size. */
export function batchesOf({ inputs, outputs, card }: Description): Batches | undefined {
  if (!isOpen([...inputs, ...outputs])) return undefined;
  const cards = (card["inputs"] ?? {}) as Record<string, InputCard>;
  const [only, ...others] = inputs.map((spec) => (value: unknown) => batchOf(value, spec, cards[spec.name] ?? {}));
  const names = inputs.map(({ name }) => name);
  const named = (values: Record<string, unknown>) => together(values, [only, ...others], names);
  const bare = (value: unknown): Batch | undefined => {
    if (isObject(value) && names.every((name) => name in value)) return named(value);
    return others.length === 0 ? only?.(value) : undefined;
  };
  const whole = (input: unknown): Batch | undefined => {
    if (!isObject(input) || !("inputs" in input) || names.includes("inputs")) return bare(input);
    return wrapped(bare(input["inputs"]), (inputs) => ({ ...input, inputs }));
  };
  return (input) => within(whole(input));
}

/** Every first axis is of any size, and no other axis of the same: where the batch is another axis's size, it can't be cut. */
function isOpen(specs: readonly TensorSpec[]): boolean {
  const first = new Set<unknown>(specs.map(({ shape }) => shape?.[0]));
  const rest = specs.flatMap(({ shape }) => shape?.slice(1) ?? []);
  return [...first].every((symbol) => typeof symbol === "string") && !rest.some((size) => first.has(size));
}

function within(batch: Batch | undefined): Batch | undefined {
  return batch && batch.count > 1 && batch.count * batch.each <= MOST_ELEMENTS ? batch : undefined;
}

function wrapped(batch: Batch | undefined, wrap: (part: unknown) => unknown): Batch | undefined {
  return batch && { ...batch, cut: (from, to) => wrap(batch.cut(from, to)) };
}

/** Named inputs, which must agree on the number of examples. */
function together(
  values: Record<string, unknown>,
  find: readonly (Batches | undefined)[],
  names: readonly string[],
): Batch | undefined {
  if (Object.keys(values).length !== names.length) return undefined;
  const batches: [string, Batch][] = [];
  for (const [index, name] of names.entries()) {
    const batch = find[index]?.(values[name]);
    if (!batch || batch.count !== (batches[0]?.[1].count ?? batch.count)) return undefined;
    batches.push([name, batch]);
  }
  return {
    count: batches[0]?.[1].count ?? 0,
    each: Math.max(...batches.map(([, { each }]) => each)),
    cut: (from, to) => Object.fromEntries(batches.map(([name, batch]) => [name, batch.cut(from, to)])),
  };
}

/** The batch in the value of one input. */
function batchOf(value: unknown, { shape }: TensorSpec, card: InputCard): Batch | undefined {
  const rest = (shape ?? []).slice(1);
  if (isTyped(value)) return card.image && isBytes(value) ? undefined : flat(value, rest);
  if (Array.isArray(value)) return listed(value, rest, card);
  return isObject(value) ? declared(value, rest) : undefined;
}

/** Elements that fill a shape whose other sizes are known. */
function flat(data: TypedArray | unknown[], rest: readonly (number | string)[]): Batch | undefined {
  const each = product(rest);
  if (each === undefined || each === 0 || data.length % each !== 0) return undefined;
  return { count: data.length / each, each, cut: (from, to) => run(data, from * each, to * each) };
}

/** `{data, shape}`, where the shape has all its axes. */
function declared(value: Record<string, unknown>, rest: readonly (number | string)[]): Batch | undefined {
  const { data, shape } = value;
  if (!Array.isArray(shape) || shape.length !== rest.length + 1 || !shape.every(Number.isSafeInteger)) return undefined;
  if (!isTyped(data) && !(Array.isArray(data) && isPlain(data))) return undefined;
  const [count, ...own] = shape as [number, ...number[]];
  if (!own.every((size, axis) => size > 0 && (typeof rest[axis] === "string" || size === rest[axis]))) return undefined;
  const each = product(own) as number;
  if (count * each !== data.length) return undefined;
  return { count, each, cut: (from, to) => ({ ...value, data: run(data, from * each, to * each), shape: [to - from, ...own] }) };
}

/** An array: of elements, of pictures, of records or of examples. */
function listed(items: unknown[], rest: readonly (number | string)[], card: InputCard): Batch | undefined {
  if (isPlain(items)) return flat(items, rest);
  const each = product(rest);
  const fits = each !== undefined && (arePictures(items, rest, card) || areRecords(items, rest, card) || areNested(items, rest));
  return fits ? { count: items.length, each, cut: (from, to) => items.slice(from, to) } : undefined;
}

function arePictures(items: unknown[], rest: readonly (number | string)[], { image }: InputCard): boolean {
  if (!image || rest.length !== (image.layout === "HW" ? 2 : 3)) return false;
  return items.every((item) => (isTyped(item) ? isBytes(item) : isObject(item) && ("base64" in item || "width" in item)));
}

/** Records whose values are all of one type: numbers beside others would be read otherwise than alone. */
function areRecords(items: unknown[], rest: readonly (number | string)[], { features }: InputCard): boolean {
  if (!features || rest.length !== 1) return false;
  return items.every(isObject) && isPlain((items as object[]).flatMap((item) => Object.values(item)));
}

/** Arrays in arrays of just the sizes that are known, down to elements of one type. */
function areNested(items: unknown[], rest: readonly (number | string)[]): boolean {
  const kinds = new Set<string>();
  const holds = (value: unknown, [size, ...inner]: readonly (number | string)[]): boolean => {
    if (size === undefined) return false;
    const isRow = inner.length === 0;
    if (isTyped(value)) {
      kinds.add(kindOf(value));
      return isRow && value.length === size && !isBytes(value);
    }
    if (!Array.isArray(value) || value.length !== size) return false;
    if (!isRow) return value.every((item) => holds(item, inner));
    kinds.add(typeof value[0]);
    return isPlain(value);
  };
  return items.every((item) => holds(item, rest)) && kinds.size === 1;
}

/** The elements from `from` up to `to`, in the same kind of array. */
function run(data: TypedArray | unknown[], from: number, to: number): unknown {
  return Array.isArray(data) ? data.slice(from, to) : data.subarray(from, to);
}

function product(sizes: readonly (number | string)[]): number | undefined {
  return sizes.every((size) => typeof size === "number") ? sizes.reduce((all, size) => all * size, 1) : undefined;
}

/** Elements of one type. `BigInt`s are not among them, which are read by their size. */
function isPlain(items: readonly unknown[]): boolean {
  const kind = typeof items[0];
  return ["number", "boolean", "string"].includes(kind) && items.every((item) => typeof item === kind);
}

function isTyped(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && kindOf(value) !== "DataView";
}

/** What may be an encoded picture. */
function isBytes(value: TypedArray): boolean {
  return kindOf(value) === "Uint8Array";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
