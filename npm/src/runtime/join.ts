import type { Prediction, Ranked, Tensor, TypedArray } from "./types.js";

/**
 * The answer to a batch, from those to its parts in their order; `counts` says how many examples each had. Nothing where the
 * parts' outputs don't lie one behind the other along the first axis: then only the whole can be asked.
 */
export function joined(answers: readonly Prediction[], counts: readonly number[]): Prediction | undefined {
  const [first] = answers;
  if (!first) return undefined;
  const outputs: Record<string, Tensor> = {};
  for (const name of Object.keys(first.outputs)) {
    const tensor = joinedTensor(answers.map((answer) => answer.outputs[name]), counts);
    if (!tensor) return undefined;
    outputs[name] = tensor;
  }
  // Rankings are of rows along the last axis, one list a row, in the rows' order.
  const tops = ([] as Ranked[][]).concat(...answers.map((answer) => answer.tops ?? []));
  return first.tops ? { ...first, outputs, tops } : { ...first, outputs };
}

function joinedTensor(parts: readonly (Tensor | undefined)[], counts: readonly number[]): Tensor | undefined {
  const [first] = parts;
  if (!first) return undefined;
  const { dtype, shape: [, ...rest] } = first;
  const rows: (TypedArray | string[])[] = [];
  for (const [index, part] of parts.entries()) {
    if (!part || part.dtype !== dtype || !isSame(part.shape, [counts[index], ...rest])) return undefined;
    rows.push(part.data);
  }
  return { dtype, shape: [counts.reduce((sum, count) => sum + count, 0), ...rest], data: concatenated(rows) };
}

function concatenated(rows: readonly (TypedArray | string[])[]): TypedArray | string[] {
  if (Array.isArray(rows[0])) return (rows as string[][]).flat();
  const arrays = rows as Float32Array[];
  const Kind = (arrays[0] as Float32Array).constructor as Float32ArrayConstructor;
  const all = new Kind(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

function isSame(a: readonly number[], b: readonly (number | undefined)[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
