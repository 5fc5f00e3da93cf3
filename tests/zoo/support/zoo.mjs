// The models that tests/zoo/generate.py made, and their cases.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TARGET } from "../../setup/paths.mjs";

export const ZOO = join(TARGET, "zoo");

/** @typedef {{ relative: number, absolute: number }} Tolerance */
/** @typedef {import("../../models/support/tensors.js").Written} Written */
/** @typedef {Written & { name: string, labels?: string[] }} Named */
/**
 * @typedef {object} Made what zoo.json says of a model
 * @property {string} name
 * @property {string} library
 * @property {(Tolerance & { why: string }) | null} tolerance
 */
/**
 * What a model is asked, and what onnxruntime answers.
 * @typedef {{ name: string, inputs: Record<string, Written>, outputs: Named[] }} Case
 */

/** @returns {Promise<Made[]>} */
export async function models() {
  const { models } = JSON.parse(await readFile(join(ZOO, "zoo.json"), "utf8"));
  if (models.length === 0) throw new Error("zoo.json names no models");
  return models;
}

/** A model's bytes and its card. @param {string} name */
export async function modelOf(name) {
  return { onnx: await readFile(join(ZOO, name, "model.onnx")), card: await readFile(join(ZOO, name, "card.json"), "utf8") };
}

/** @param {string} name of a model @returns {Promise<Case[]>} */
export async function casesOf(name) {
  const folder = join(ZOO, name, "cases");
  const cases = JSON.parse(await readFile(join(folder, "cases.json"), "utf8"));
  if (cases.length === 0) throw new Error(`${name} has no cases`);
  const load = (/** @type {any[]} */ tensors) =>
    Promise.all(
      tensors.map(async ({ file, ...tensor }) => {
        return file ? { ...tensor, base64: (await readFile(join(folder, file))).toString("base64") } : tensor;
      }),
    );
  return Promise.all(
    cases.map(async (/** @type {any} */ { name: about, inputs, outputs }) => {
      const named = (await load(inputs)).map(({ name: input, ...tensor }) => [input, tensor]);
      return { name: about, inputs: Object.fromEntries(named), outputs: await load(outputs) };
    }),
  );
}
