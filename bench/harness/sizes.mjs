// The same input in other sizes, where a model leaves axes open.

/** @typedef {{ name: string, shape: (number | string)[] | null }} Spec */
/** @typedef {import("../types.js").Tensors} Tensors */

/** What an open axis may be besides what it is. */
const SIZES = [1, 2, 3, 5, 8, 13, 64];

/**
 * Inputs whose open axes have several sizes in turn, filled with the given one's elements over and over; the given one first.
 * @param {Tensors} inputs
 * @param {Spec[]} specs
 * @returns {Tensors[]}
 */
export function sized(inputs, specs) {
  const symbols = [...new Set(specs.flatMap(({ shape }) => (shape ?? []).filter((size) => typeof size === "string")))];
  if (symbols.length === 0) return [inputs];
  const others = SIZES.map((_, turn) => {
    // Each symbol has another size than the others.
    const sizes = new Map(symbols.map((symbol, at) => [symbol, SIZES[(turn + at) % SIZES.length] ?? 1]));
    return Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]) => {
        const shape = specs.find((spec) => spec.name === name)?.shape ?? tensor.shape;
        return [name, filled(tensor, shape.map((size) => (typeof size === "string" ? (sizes.get(size) ?? 1) : size)))];
      }),
    );
  });
  return [inputs, ...others];
}

/**
 * @param {import("../types.js").Tensor} tensor
 * @param {number[]} shape
 * @returns {import("../types.js").Tensor}
 */
function filled({ dtype, data }, shape) {
  const length = shape.reduce((all, size) => all * size, 1);
  const Kind = /** @type {any} */ (data.constructor);
  const repeated = new Kind(length);
  for (let at = 0; at < length; at += data.length) repeated.set(data.subarray(0, Math.min(data.length, length - at)), at);
  return { dtype, shape, data: repeated };
}
