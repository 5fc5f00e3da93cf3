// Sizes for the dimensions that a model leaves open.
import type { TensorSpec } from "../../runtime/types.js";

/** A size for every symbol of a signature. */
export type Sizes = (symbol: string) => number;

/** Sizes to try for symbols other than the batch, most usual first. */
export const USUAL = [32, 64, 16, 8, 128, 224, 256, 320, 640, 1, 2, 3, 4] as const;

/**
 * Sizes that leave every rest in kernels that work on up to eight at once, and one that fills none. Code that none of them runs is
 * left out, down to the branch for a rest of three.
 */
export const UNEVEN = [1, 2, 7, 11, 12, 21, 30, 33, 129] as const;

/** The symbol that stands for the batch: what the first dimensions of inputs are called, where they have a name. */
export function batchSymbol(inputs: readonly TensorSpec[]): string | undefined {
  const first = inputs.map(({ shape }) => shape?.[0]).find((size) => typeof size === "string");
  return first as string | undefined;
}

/** A tensor's shape with the open dimensions filled in; of a tensor of unknown rank, one dimension. */
export function shapeOf({ shape }: TensorSpec, sizes: Sizes): number[] {
  return (shape ?? [1]).map((size) => (typeof size === "number" ? size : sizes(size)));
}

/** Sizes with the batch at one number and everything else open at another. */
export function sizesOf(inputs: readonly TensorSpec[], batch: number, other: number): Sizes {
  const symbol = batchSymbol(inputs);
  return (name) => (name === symbol ? batch : other);
}

/** The number of elements of all inputs together. */
export function elements(inputs: readonly TensorSpec[], sizes: Sizes): number {
  const counts = inputs.map((input) => shapeOf(input, sizes).reduce((product, size) => product * size, 1));
  return counts.reduce((sum, count) => sum + count, 0);
}
