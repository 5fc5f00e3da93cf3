// A card to begin with, guessed from the signature.
import type { Description } from "../assemble/card.js";
import type { TensorSpec } from "../runtime/types.js";

/** Most columns that are suggested as named features. */
const MOST_FEATURES = 64;
/** Most classes that labels are suggested for. */
const MOST_LABELS = 1000;

/** A card that names what the signature lets one guess: pictures by their channels, rows of features, classes. */
export function suggestedCard({ name, inputs, outputs }: Description): object {
  const described = inputs.map((input) => [input.name, inputCard(input)] as const).filter(([, card]) => card);
  const labelled = outputs.filter(isScores).map(({ name: output, shape }) => [output, outputCard(shape)] as const);
  return {
    name,
    version: "1.0.0",
    description: "What it does, in a sentence.",
    license: "The model's licence",
    ...(described.length > 0 && { inputs: Object.fromEntries(described) }),
    ...(labelled.length > 0 && { outputs: Object.fromEntries(labelled) }),
  };
}

function inputCard({ dtype, shape }: TensorSpec): object | undefined {
  const sizes = (shape ?? []).slice(1);
  const isFloat = dtype.startsWith("float");
  if (shape?.length === 4 && (isFloat || dtype === "uint8")) return imageCard(sizes, isFloat);
  const [columns] = sizes;
  if (shape?.length !== 2 || typeof columns !== "number" || columns > MOST_FEATURES) return undefined;
  return { features: Array.from({ length: columns }, (_, at) => ({ name: `feature_${at + 1}` })) };
}

function imageCard(sizes: readonly (number | string)[], isFloat: boolean): object | undefined {
  const colours = new Map<number | string | undefined, string>([[1, "gray"], [3, "rgb"]]);
  const [first, second, third] = sizes;
  const planar = colours.get(first);
  const color = planar ?? colours.get(third);
  const [height, width] = planar ? [second, third] : [first, second];
  if (!color || typeof width !== "number" || typeof height !== "number") return undefined;
  const zeros = color === "gray" ? [0] : [0, 0, 0];
  const scaling = isFloat ? { scale: 1 / 255, mean: zeros, std: zeros.map(() => 1) } : {};
  return { image: { width, height, color, layout: planar ? "NCHW" : "NHWC", resize: "contain", ...scaling } };
}

function isScores({ dtype, shape }: TensorSpec): boolean {
  const classes = shape?.at(-1);
  return dtype.startsWith("float") && shape?.length === 2 && typeof classes === "number" && classes > 1 && classes <= MOST_LABELS;
}

function outputCard(shape: TensorSpec["shape"]): object {
  return { labels: Array.from({ length: Number(shape?.at(-1)) }, (_, at) => `class ${at}`), top_k: 3 };
}
