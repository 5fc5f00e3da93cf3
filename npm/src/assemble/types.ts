// index.d.ts: the package's types, made for one model.
import type { Dtype, TensorSpec } from "../runtime/types.js";
import { type Description, type Feature, type ImageCard, inputCard, labelled } from "./card.js";
import { key, spec, typeName } from "./names.js";

const INPUT_TENSOR: Partial<Record<Dtype, string>> = {
  int64: "IntegerTensor",
  uint64: "IntegerTensor",
  bool: "BooleanTensor",
  string: "TextTensor",
};

const OUTPUT_DATA: Readonly<Record<Dtype, string>> = {
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
export function types(description: Description): string {
  const prefix = typeName(description.name);
  const ranked = labelled(description);
  return [
    header(description),
    ...(ranked ? [labelType(prefix, ranked)] : []),
    ...description.inputs.map((input) => inputType(prefix, input, description)),
    wholeInput(prefix, description.inputs),
    outputsType(prefix, description),
    ranked ? rankedPrediction(prefix) : plainPrediction(prefix),
    modelType(prefix, ranked ? "PredictOptions<Output>" : 'Omit<PredictOptions<Output>, "topK">'),
  ].join("\n");
}

function header({ name, version, digest }: Description): string {
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
  Part,
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

function labelType(prefix: string, { name, labels = [] }: TensorSpec): string {
  return `${doc("", `The classes of \`${name}\`, in the order of its last dimension.`)}
export type ${prefix}Label = ${labels.map((label) => JSON.stringify(label)).join(" | ")};
`;
}

/** One input: tensors always; pictures or records where the card describes them. */
function inputType(prefix: string, input: TensorSpec, description: Description): string {
  const card = inputCard(description, input.name);
  const own = prefix + typeName(input.name);
  const forms = [
    ...(card.image ? ["ImageInput", "readonly ImageInput[]"] : []),
    ...(card.features ? [`${own}Record`, `readonly ${own}Record[]`] : []),
    INPUT_TENSOR[input.dtype] ?? "NumberTensor",
  ];
  const record = card.features ? recordType(own, card.features, input.dtype) : "";
  const lines = [`\`${input.name}\`, \`${spec(input)}\`.`, card.description, card.image && pictureDoc(card.image)];
  return `${record}${doc("", ...lines)}
export type ${own} = ${forms.join(" | ")};
`;
}

function pictureDoc({ width, height, color = "rgb" }: ImageCard): string {
  return `A picture of any size becomes ${width} × ${height} pixels, ${color}; an array of pictures is a batch.`;
}

function recordType(own: string, features: Feature[], dtype: Dtype): string {
  const element = dtype === "string" ? "string" : dtype === "bool" ? "boolean" : "number";
  const fields = features.map((feature) => `${doc("  ", featureDoc(feature))}\n  ${key(feature.name)}: ${element};`);
  return `${doc("", "One example, feature by feature.")}
export interface ${own}Record {
${fields.join("\n")}
}

`;
}

function featureDoc({ name, description, unit, min, max }: Feature): string {
  const range = min !== undefined && max !== undefined ? `${min} to ${max}` : "";
  const measure = [range, unit].filter(Boolean).join(" ");
  return `${description ?? name}${measure && ` (${measure})`}.`;
}

function wholeInput(prefix: string, inputs: TensorSpec[]): string {
  const fields = inputs.map(({ name }) => `${key(name)}: ${prefix}${typeName(name)}`);
  const named = `{ ${fields.join("; ")} }`;
  const [only, ...others] = inputs;
  if (!only || others.length > 0) return inputAs(prefix, "What `predict` takes: every input by name.", named);
  const bare = prefix + typeName(only.name);
  return inputAs(prefix, "What `predict` takes: the only input, or the same by name.", `${bare} | ${named}`);
}

function inputAs(prefix: string, text: string, type: string): string {
  return `${doc("", text)}\nexport type ${prefix}Input = ${type};\n`;
}

function outputsType(prefix: string, { outputs, card }: Description): string {
  const fields = outputs.map((output) => {
    const about = [`\`${spec(output)}\`.`, card.outputs?.[output.name]?.description].filter(Boolean).join(" ");
    return `${doc("  ", about)}\n  ${key(output.name)}: Tensor<${OUTPUT_DATA[output.dtype]}>;`;
  });
  return `${doc("", "Every output, by name.")}
export interface ${prefix}Outputs {
${fields.join("\n")}
}
`;
}

function plainPrediction(prefix: string): string {
  return `${doc("", "The answer of `predict`.")}
export interface ${prefix}Prediction<Output extends keyof ${prefix}Outputs = keyof ${prefix}Outputs> {
  outputs: Pick<${prefix}Outputs, Output>;
}
`;
}

function rankedPrediction(prefix: string): string {
  return plainPrediction(prefix).replace(
    /\}\n$/,
    `  /** The best labels of the first example, best first. */
  top: Ranked<${prefix}Label>[];
  /** The best labels of every example of the batch. */
  tops: Ranked<${prefix}Label>[][];
}
`,
  );
}

function modelType(prefix: string, options: string): string {
  return `${doc("", "The loaded model.")}
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

/** Loads the model: fetches and compiles its module. Rejects with an \`OnnxletError\` of code \`load\` where that fails. */
export declare function load(options?: LoadOptions): Promise<${prefix}Model>;
`;
}

/** A doc comment of some lines; empty ones are left out. */
function doc(indent: string, ...parts: (string | undefined)[]): string {
  const lines = parts.filter((part) => part !== undefined && part !== "");
  const safe = lines.map((line) => String(line).replaceAll("*/", "*\\/").replaceAll("\n", " "));
  if (safe.length === 1) return `${indent}/** ${safe[0]} */`;
  return [`${indent}/**`, ...safe.map((line) => `${indent} * ${line}`), `${indent} */`].join("\n");
}
