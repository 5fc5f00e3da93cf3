// Tensors as the protocols write them: flat, nested, by row, and as bytes.
import type { Dtype, TensorSpec } from "../../../runtime/types.js";
import { shapeOf, type Sizes } from "../../examples/sizes.js";
import { nested, type Values, valuesOf } from "../../examples/tensor.js";
import { jsonOf } from "../json.js";

/** An input and values for it. */
export interface Tensor {
  spec: TensorSpec;
  values: Values;
}

/** Values for every input at these sizes. */
export function tensorsOf(inputs: readonly TensorSpec[], sizes: Sizes, seed: number): Tensor[] {
  return inputs.map((spec, at) => ({ spec, values: valuesOf(spec, shapeOf(spec, sizes), seed + at) }));
}

/** The values by axis. */
export function nestedOf({ values }: Tensor): unknown {
  return nested(values);
}

/** What lies at each place of the first axis; nothing where there is none. */
export function rowsOf(tensor: Tensor): unknown[] {
  const value = nestedOf(tensor);
  return Array.isArray(value) ? value : [];
}

/** A document as bytes. Its numbers may be larger than JavaScript's JSON can say. */
export function bytesOf(document: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(jsonOf(document) ?? "");
}

/** Halves of every kind: normal, subnormal, zero. */
const HALVES = [0x3c00, 0x3800, 0x3555, 0x2e66, 0x0001, 0x03ff, 0x8000, 0x0400, 0x0000, 0x3bff];

/** The elements as the Open Inference Protocol's binary extension has them. */
export function binaryOf({ spec: { dtype }, values: { data } }: Tensor): Uint8Array<ArrayBuffer> {
  if (dtype === "string") return concatenated(data.map((text) => textOf(String(text))));
  const width = WIDTHS[dtype];
  const bytes = new Uint8Array(data.length * width);
  const view = new DataView(bytes.buffer);
  data.forEach((value, at) => {
    if (dtype === "float16") view.setUint16(at * width, HALVES[at % HALVES.length] ?? 0, true);
    else WRITERS[dtype](view, at * width, value);
  });
  return bytes;
}

type Wide = Exclude<Dtype, "string" | "float16">;
const WIDTHS: Readonly<Record<Exclude<Dtype, "string">, number>> = {
  float16: 2, float32: 4, float64: 8, int8: 1, int16: 2, int32: 4, int64: 8, uint8: 1, uint16: 2, uint32: 4, uint64: 8, bool: 1,
};
const WRITERS: Readonly<Record<Wide, (view: DataView, at: number, value: unknown) => void>> = {
  float32: (view, at, value) => view.setFloat32(at, Number(value), true),
  float64: (view, at, value) => view.setFloat64(at, Number(value), true),
  int8: (view, at, value) => view.setInt8(at, Number(value)),
  int16: (view, at, value) => view.setInt16(at, Number(value), true),
  int32: (view, at, value) => view.setInt32(at, Number(value), true),
  int64: (view, at, value) => view.setBigInt64(at, BigInt(value as bigint), true),
  uint8: (view, at, value) => view.setUint8(at, Number(value)),
  uint16: (view, at, value) => view.setUint16(at, Number(value), true),
  uint32: (view, at, value) => view.setUint32(at, Number(value), true),
  uint64: (view, at, value) => view.setBigUint64(at, BigInt(value as bigint), true),
  bool: (view, at, value) => view.setUint8(at, Number(value)),
};

function textOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  return concatenated([new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes]);
}

/** One after the other. */
export function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
