// Code that a reader of the README can copy: an input that this model takes.
import type { Dtype, TensorSpec } from "../runtime/types.js";
import { type Description, type Feature, inputCard } from "./card.js";
import { key } from "./names.js";

/** How a person would make an input. */
export interface Example {
  /** Lines before the call. */
  before: string[];
  /** The argument of `predict`. */
  argument: string;
}

/** An input of this model: the bare value where there is one input, else all by name. */
export function exampleInput(description: Description): Example {
  const values = description.inputs.map((input) => exampleValue(input, description));
  const before = [...new Set(values.flatMap((value) => value.before))];
  const [only, ...others] = values;
  if (only && others.length === 0) return only;
  const fields = values.map(({ argument }, at) => `  ${key(description.inputs[at]?.name ?? "")}: ${argument},`);
  return { before, argument: `{\n${fields.join("\n")}\n}` };
}

function exampleValue(input: TensorSpec, description: Description): Example {
  const { image, features } = inputCard(description, input.name);
  if (image) {
    return { before: ['const picture = await readFile("picture.png"); // or JPEG, or WebP'], argument: "picture" };
  }
  if (!features) return { before: [], argument: tensorExample(input) };
  const fields = features.map((feature) => `${key(feature.name)}: ${usual(feature, input.dtype)}`);
  return { before: [], argument: `{ ${fields.join(", ")} }` };
}

function usual({ default: value, min = 0 }: Feature, dtype: Dtype): string {
  if (value !== undefined) return JSON.stringify(value);
  return dtype === "string" ? '"…"' : String(min);
}

const DATA: Partial<Record<Dtype, string>> = {
  float64: "Float64Array",
  int64: "BigInt64Array",
  uint64: "BigUint64Array",
  bool: "Uint8Array",
};

function tensorExample({ dtype, shape }: TensorSpec): string {
  const sizes = (shape ?? [1]).map((size) => (typeof size === "number" ? size : 1));
  const count = sizes.reduce((product, size) => product * size, 1);
  const data = dtype === "string" ? `Array(${count}).fill("…")` : `new ${DATA[dtype] ?? "Float32Array"}(${count})`;
  return `{ data: ${data}, shape: [${sizes.join(", ")}] }`;
}
