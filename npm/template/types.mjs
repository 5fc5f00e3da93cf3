// index.d.ts: the package's types, made for one model.

import { key, spec, typeName } from "./names.mjs";

const INPUT_TENSOR = {
  ...Object.fromEntries(
    ["float32", "float64", "float16", "int8", "int16", "int32", "uint8", "uint16", "uint32"].map((dtype) => [dtype, "NumberTensor"]),
  ),
  int64: "IntegerTensor",
  uint64: "IntegerTensor",
  bool: "BooleanTensor",
  string: "TextTensor",
};

const OUTPUT_DATA = {
  float32: "Float32Array",
  float64: "Float64Array",
  float16: "Float32Array",
  int8: "Int8Array",
  int16: "Int16Array",
  int32: "Int32Array",
  int64: "BigInt64Array",
  uint8: "Uint8Array",
  uint16: "Uint16Array",
  uint32: "Uint32Array",
  uint64: "BigUint64Array",
  bool: "Uint8Array",
  string: "string[]",
};

/** What an import of a .wasm file gives: an address or a module, as the bundler does it. */
export const moduleTypes = `import type { WasmSource } from "../runtime/types.js";

/** An address or a compiled module, as the bundler gives it; for \`load({ wasm })\`. */
declare const wasm: WasmSource;
export default wasm;
`;

/** The text of index.d.ts. */
export function types(description) {
  const prefix = typeName(description.name);
  const labelled = description.outputs.find(({ labels }) => labels);
  return [
    header(description),
    ...(labelled ? [labelType(prefix, labelled)] : []),
    ...description.inputs.map((input) => inputType(prefix, input, description)),
    wholeInput(prefix, description.inputs),
    outputsType(prefix, description),
    predictionType(prefix, labelled),
    modelType(prefix, labelled),
  ].join("\n");
}

function header({ name, version, digest }) {
  return `// The model ${name} ${version}, ${digest}.
import type {
  BooleanTensor,
  ImageInput,
  IntegerTensor,
  LoadOptions,
  ModelBase,
  NumberTensor,
  PredictOptions,
  Ranked,
  Tensor,
  TextTensor,
} from "./runtime/types.js";

export { OnnxletError } from "./runtime/errors.js";
export type { ErrorCode, Problem } from "./runtime/errors.js";
export type {
  Description,
  Dtype,
  ImageInput,
  LoadOptions,
  Pixels,
  PredictOptions,
  Progress,
  Ranked,
  Signature,
  Simd,
  Stats,
  Tensor,
  TensorSpec,
  WasmSource,
} from "./runtime/types.js";
`;
}

function labelType(prefix, { name, labels }) {
  return `${doc(`The classes of \`${name}\`, in the order of its last dimension.`)}
export type ${prefix}Label = ${labels.map((label) => JSON.stringify(label)).join(" | ")};
`;
}

/** One input: tensors always; pictures or records where the card describes them. */
function inputType(prefix, input, { card }) {
  const about = card.inputs?.[input.name] ?? {};
  const own = prefix + typeName(input.name);
  const forms = [INPUT_TENSOR[input.dtype]];
  if (about.image) forms.unshift("ImageInput", "readonly ImageInput[]");
  if (about.features) forms.unshift(`${own}Record`, `readonly ${own}Record[]`);
  const record = about.features ? recordType(own, about.features, input.dtype) : "";
  const lines = [`\`${input.name}\`, \`${spec(input)}\`.`, about.description, about.image && pictureDoc(about.image)];
  return `${record}${doc(...lines)}
export type ${own} = ${forms.join(" | ")};
`;
}

function pictureDoc({ width, height, color = "rgb" }) {
  return `A picture of any size becomes ${width} × ${height} pixels, ${color}; an array of pictures is a batch.`;
}

function recordType(own, features, dtype) {
  const element = { string: "string", bool: "boolean" }[dtype] ?? "number";
  const fields = features.map((feature) => `${doc(featureDoc(feature), "  ")}\n  ${key(feature.name)}: ${element};`);
  return `${doc("One example, feature by feature.")}
export interface ${own}Record {
${fields.join("\n")}
}

`;
}

function featureDoc({ name, description = name, unit, min, max }) {
  const range = min !== undefined && max !== undefined ? `${min} to ${max}` : "";
  const measure = [range, unit].filter(Boolean).join(" ");
  return measure ? `${description} (${measure}).` : `${description}.`;
}

function wholeInput(prefix, inputs) {
  const fields = inputs.map(({ name }) => `${key(name)}: ${prefix}${typeName(name)}`);
  const named = `{ ${fields.join("; ")} }`;
  const bare = inputs.length === 1 ? `${prefix}${typeName(inputs[0].name)} | ` : "";
  const what = bare ? "What `predict` takes: the only input, or the same by name." : "What `predict` takes: every input by name.";
  return `${doc(what)}
export type ${prefix}Input = ${bare}${named};
`;
}

function outputsType(prefix, { outputs, card }) {
  const fields = outputs.map((output) => {
    const text = doc([`\`${spec(output)}\`.`, card.outputs?.[output.name]?.description].filter(Boolean).join(" "), "  ");
    return `${text}\n  ${key(output.name)}: Tensor<${OUTPUT_DATA[output.dtype]}>;`;
  });
  return `${doc("Every output, by name.")}
export interface ${prefix}Outputs {
${fields.join("\n")}
}
`;
}

function predictionType(prefix, labelled) {
  const ranking = `
  /** The best labels of the first example, best first. */
  top: Ranked<${prefix}Label>[];
  /** The best labels of every example of the batch. */
  tops: Ranked<${prefix}Label>[][];`;
  return `${doc("The answer of `predict`.")}
export interface ${prefix}Prediction<Output extends keyof ${prefix}Outputs = keyof ${prefix}Outputs> {
  outputs: Pick<${prefix}Outputs, Output>;${labelled ? ranking : ""}
}
`;
}

function modelType(prefix, labelled) {
  const options = labelled ? "PredictOptions<Output>" : 'Omit<PredictOptions<Output>, "topK">';
  return `${doc("The loaded model.")}
export interface ${prefix}Model extends ModelBase {
  /**
   * Predicts. Calls may overlap; buffers of the input may be reused as soon as this returned its promise, unless the
   * input is something to be read first (a file, a response, an image that still loads).
   *
   * Rejects with an \`OnnxletError\` that names every problem of the input, or with the reason of an aborted signal.
   */
  predict<Output extends keyof ${prefix}Outputs = keyof ${prefix}Outputs>(
    input: ${prefix}Input,
    options?: ${options},
  ): Promise<${prefix}Prediction<Output>>;
}

${doc("Loads the model: fetches and compiles its module. Rejects with an `OnnxletError` of code `load` where that fails.")}
export declare function load(options?: LoadOptions): Promise<${prefix}Model>;
`;
}

/** A doc comment; the last argument may be the indentation. */
function doc(...parts) {
  const indent = /^ +$/.test(parts.at(-1)) ? parts.pop() : "";
  const lines = parts.filter(Boolean).map((line) => line.replaceAll("*/", "*\\/").replaceAll("\n", " "));
  if (lines.length === 1) return `${indent}/** ${lines[0]} */`;
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`), `${indent} */`].join("\n");
}
