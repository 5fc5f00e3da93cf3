// Plain calls of what small models meet in use: many rows at once, numbers of every size, texts of every kind.
import type { Description } from "../../assemble/card.js";
import type { TensorSpec } from "../../runtime/types.js";
import type { Example } from "./example.js";
import { batchSymbol, shapeOf, type Sizes, sizesOf } from "./sizes.js";
import { typed, type Values, valuesOf } from "./tensor.js";

/** Kernels that work on several rows at once leave another rest at each. */
const ROWS = [4, 6, 8, 16, 31, 40, 64, 100] as const;

/** Ranges beside the usual one of 0 to 1. */
const RANGES = [
  { min: -1, max: 1 },
  { min: 0, max: 10 },
  { min: -1000, max: 1000 },
  { min: -1e30, max: 1e30 },
] as const;

const TEXTS = ["", "a", "Two words", "UPPER lower", "žluťoučký kůň 🐎", "0", "-1.5e3", "x, y; z!\n", "the the THE", " "] as const;

/** The calls, at other rows than `sizes` has. None for a model without a batch, but for the ranges. */
export function plenty({ inputs }: Description, sizes: Sizes): Example[] {
  const batch = batchSymbol(inputs);
  const rows = batch === undefined ? [] : ROWS;
  const other = (symbol: string) => sizes(symbol);
  const at = (count: number): Sizes => (symbol) => (symbol === batch ? count : other(symbol));
  const many = rows.map((count) => call(inputs, at(count), `${count} rows`, (input, shape) => valuesOf(input, shape, count)));
  const few = batch === undefined ? sizes : at(3);
  const ranges = RANGES.map((range, seed) =>
    call(inputs, few, `numbers from ${range.min} to ${range.max}`, (input, shape) => valuesOf(input, shape, seed, range)));
  return [...many, ...ranges, ...texts(inputs, batch === undefined ? sizesOf(inputs, 1, 1) : at(5))];
}

type Make = (input: TensorSpec, shape: number[]) => Values;

function call(inputs: readonly TensorSpec[], sizes: Sizes, about: string, make: Make): Example {
  const named = inputs.map((input) => {
    const shape = shapeOf(input, sizes);
    return [input.name, { data: typed(input.dtype, make(input, shape)), shape }];
  });
  return { about, input: Object.fromEntries(named) };
}

/** Every text in every place. */
function texts(inputs: readonly TensorSpec[], sizes: Sizes): Example[] {
  if (!inputs.some(({ dtype }) => dtype === "string")) return [];
  return TEXTS.map((_, first) =>
    call(inputs, sizes, `texts from ${JSON.stringify(TEXTS[first])} on`, (input, shape) => {
      const values = valuesOf(input, shape, first);
      if (input.dtype !== "string") return values;
      return { ...values, data: values.data.map((_, index) => TEXTS[(first + index) % TEXTS.length] ?? "") };
    }));
}
