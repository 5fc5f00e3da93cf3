// Values of a tensor, and the forms in which JavaScript may hold them.
import type { Dtype, TensorSpec, TypedArray } from "../../runtime/types.js";
import { random } from "./random.js";

/** A tensor's elements in a plain array, and their shape. */
export interface Values {
  data: (number | bigint | boolean | string)[];
  shape: number[];
}

/** The range that an input's numbers come from. */
export interface Range {
  min: number;
  max: number;
}

/** Elements for a shape: floats all over the range, whole numbers 0 and 1, which fit ids and masks alike. */
export function valuesOf({ dtype }: TensorSpec, shape: number[], seed: number, range: Range = { min: 0, max: 1 }): Values {
  const next = random(seed);
  const count = shape.reduce((product, size) => product * size, 1);
  return { data: Array.from({ length: count }, () => element(dtype, next(), range)), shape };
}

function element(dtype: Dtype, part: number, { min, max }: Range): number | bigint | boolean | string {
  switch (dtype) {
    case "float32":
    case "float64":
    case "float16":
      return min + part * (max - min);
    case "bool":
      return part < 0.5;
    case "string":
      return part < 0.5 ? "a" : "b";
    case "int64":
    case "uint64":
      return part < 0.5 ? 0n : 1n;
    default:
      return part < 0.5 ? 0 : 1;
  }
}

type Typed = new (values: Iterable<number>) => TypedArray | Uint8ClampedArray;

const OWN: Readonly<Record<Exclude<Dtype, "string">, unknown>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Float32Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

/** The values in the typed array that suits the type; texts stay in a plain array. */
export function typed(dtype: Dtype, { data }: Values): TypedArray | string[] {
  if (dtype === "string") return data as string[];
  return new (OWN[dtype] as Typed)(data as number[]) as TypedArray;
}

const NARROW = [
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
];

/** Zeros and ones in every class of typed array. */
export function everyClass(count: number): { name: string; data: unknown }[] {
  const ones = Array.from({ length: count }, (_, at) => at % 2);
  const narrow = NARROW.map((Class) => ({ name: Class.name, data: new Class(ones) }));
  const wide = [BigInt64Array, BigUint64Array].map((Class) => ({ name: Class.name, data: new Class(ones.map(BigInt)) }));
  return [...narrow, ...wide];
}

/** Arrays in arrays. */
export function nested({ data, shape }: Values): unknown {
  const level = (from: number, axis: number): unknown => {
    if (axis === shape.length) return data[from];
    const step = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
    return Array.from({ length: shape[axis] ?? 0 }, (_, at) => level(from + at * step, axis + 1));
  };
  return level(0, 0);
}

/** Typed arrays in arrays. */
export function nestedRows(dtype: Dtype, { data, shape }: Values): unknown {
  const width = shape.at(-1) ?? 1;
  const rows = Array.from({ length: width === 0 ? 0 : data.length / width }, (_, at) => {
    return typed(dtype, { data: data.slice(at * width, (at + 1) * width), shape: [width] });
  });
  const level = (from: number, axis: number): unknown => {
    if (axis >= shape.length - 1) return rows[from];
    const step = shape.slice(axis + 1, -1).reduce((product, size) => product * size, 1);
    return Array.from({ length: shape[axis] ?? 0 }, (_, at) => level(from + at * step, axis + 1));
  };
  return level(0, 0);
}
