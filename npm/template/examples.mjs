// Code that a reader of the README can copy: an input that this model takes.

import { key } from "./names.mjs";

/** How a person would make an input of this model: lines before the call, and the argument. */
export function exampleInput(description) {
  const { inputs, card } = description;
  const values = inputs.map((input) => [input.name, exampleValue(input, card.inputs?.[input.name] ?? {})]);
  const before = values.flatMap(([, { before = [] }]) => before);
  if (values.length === 1) return { before, argument: values[0][1].argument };
  const fields = values.map(([name, { argument }]) => `  ${key(name)}: ${argument},`);
  return { before, argument: `{\n${fields.join("\n")}\n}` };
}

function exampleValue(input, { image, features }) {
  if (image) return { before: ['const picture = await readFile("picture.png"); // or JPEG, or WebP'], argument: "picture" };
  if (features) return { argument: `{ ${features.map((feature) => `${key(feature.name)}: ${middle(feature, input.dtype)}`).join(", ")} }` };
  return { argument: tensorExample(input) };
}

function middle({ default: usual, min = 0 }, dtype) {
  if (usual !== undefined) return JSON.stringify(usual);
  return dtype === "string" ? '"…"' : String(min);
}

function tensorExample({ dtype, shape }) {
  const sizes = (shape ?? [1]).map((size) => (typeof size === "number" ? size : 1));
  const count = sizes.reduce((product, size) => product * size, 1);
  const type = { int64: "BigInt64Array", uint64: "BigUint64Array", float64: "Float64Array" }[dtype] ?? "Float32Array";
  const data = dtype === "string" ? `Array(${count}).fill("…")` : `new ${type}(${count})`;
  return `{ data: ${data}, shape: [${sizes.join(", ")}] }`;
}
