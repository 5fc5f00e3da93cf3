// An answer beside onnxruntime's: names, dtypes, shapes, texts and whole numbers exactly, other numbers within a tolerance.

import { read } from "../../models/support/tensors.js";

/** @typedef {import("./zoo.mjs").Tolerance} Tolerance */
/** @typedef {import("./zoo.mjs").Named} Named */
/** @typedef {import("./zoo.mjs").Written} Written */
/**
 * The largest difference (of numbers above 1, in units of them), and the largest in units of what is allowed.
 * @typedef {{ difference: number, share: number }} Difference
 */

/**
 * What a model is held to unless its entry says otherwise: float32 has seven digits, of which a sum in another order may lose three.
 * @type {Tolerance}
 */
export const TOLERANCE = { relative: 1e-4, absolute: 1e-6 };

/** Says where an answer is wrong. */
export class Wrong extends Error {}

/**
 * Throws `Wrong` unless the answer is right.
 * @param {Record<string, Written>} outputs
 * @param {Named[]} expected
 * @param {Tolerance} tolerance
 * @returns {Difference}
 */
export function compare(outputs, expected, tolerance) {
  same("outputs", Object.keys(outputs), expected.map(({ name }) => name));
  const largest = { difference: 0, share: 0 };
  for (const { name, ...theirs } of expected) {
    const ours = /** @type {Written} */ (outputs[name]);
    same(name, [ours.dtype, ...ours.shape], [theirs.dtype, ...theirs.shape]);
    const [given, wanted] = [read(ours).data, read(theirs).data];
    same(`${name}: count`, given.length, wanted.length);
    for (let at = 0; at < wanted.length; at += 1) {
      const { difference, share } = element(`${name}[${at}]`, given[at], wanted[at], tolerance);
      largest.difference = Math.max(largest.difference, difference);
      largest.share = Math.max(largest.share, share);
    }
  }
  return largest;
}

/**
 * What ZipMap calls the classes must be the outputs' labels.
 * @param {{ outputs: { name: string, labels?: string[] }[] }} description
 * @param {Named[]} expected
 */
export function compareLabels(description, expected) {
  for (const { name, labels } of expected) {
    if (labels) same(`labels of ${name}`, description.outputs.find((output) => output.name === name)?.labels, labels);
  }
}

/** @param {string} where @param {unknown} given @param {unknown} wanted */
function same(where, given, wanted) {
  const [ours, theirs] = [JSON.stringify(given), JSON.stringify(wanted)];
  if (ours !== theirs) throw new Wrong(`${where}: expected ${theirs}, got ${ours}`);
}

/**
 * @param {string} where
 * @param {string | number | bigint} given
 * @param {string | number | bigint} wanted
 * @param {Tolerance} tolerance
 * @returns {Difference}
 */
function element(where, given, wanted, { relative, absolute }) {
  if (typeof given !== "number" || typeof wanted !== "number") {
    if (given !== wanted) throw new Wrong(`${where}: expected ${wanted}, got ${given}`);
    return { difference: 0, share: 0 };
  }
  const apart = Math.abs(given - wanted);
  const share = apart / (absolute + relative * Math.abs(wanted));
  // Written so that NaN is too far.
  if (!(share <= 1)) throw new Wrong(`${where}: expected ${wanted}, got ${given}`);
  return { difference: apart / Math.max(1, Math.abs(wanted)), share };
}
