// The models to measure, each with one realistic input.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { viewOf } from "./harness/tensors.mjs";
import { ROOT, TARGET, variable } from "./paths.mjs";

/** @typedef {import("./types.js").Model} Model */

/** @type {Map<string, { about: string, inputs: () => Promise<import("./types.js").Tensors> }>} */
const BUNDLED = new Map([
  ["digits", { about: "Handwritten digits, a small CNN", inputs: digit }],
  ["iris", { about: "Species of iris, a logistic regression", inputs: flower }],
]);

/**
 * The models of these names; without names, all.
 * @param {string[]} names
 * @returns {Promise<Model[]>}
 */
export async function readModels(names) {
  /** @type {{ models: { name: string, about: string }[] }} */
  const manifest = JSON.parse(await readFile(join(ROOT, "models/real.json"), "utf8"));
  const known = [...BUNDLED.keys(), ...manifest.models.map(({ name }) => name)];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new Error(`--models ${unknown}: there is no such model; the models are: ${known.join(", ")}`);
  const abouts = new Map(manifest.models.map(({ name, about }) => [name, about]));
  const chosen = known.filter((name) => names.length === 0 || names.includes(name));
  return Promise.all(chosen.map((name) => (abouts.has(name) ? real(name, abouts.get(name) ?? "") : bundled(name))));
}

/**
 * @param {string} name
 * @returns {Promise<Model>}
 */
async function bundled(name) {
  const found = BUNDLED.get(name);
  if (!found) throw new Error(`there is no model ${name}`);
  return { ...(await filesIn(join(ROOT, "models", name))), name, about: found.about, inputs: await found.inputs(), expected: [] };
}

/**
 * A model that `cargo xtask models` has fetched; it is asked its first case.
 * @param {string} name
 * @param {string} about
 * @returns {Promise<Model>}
 */
async function real(name, about) {
  const folder = join(TARGET, "models", name);
  /** @type {Record<"inputs" | "outputs" | "as_written", Written[]>[]} */
  const [first] = JSON.parse(await readFile(join(folder, "cases/cases.json"), "utf8"));
  const of = (/** @type {Written[]} */ written = []) => tensors(join(folder, "cases"), written);
  const expected = await Promise.all([of(first?.outputs), of(first?.as_written)]);
  return { ...(await filesIn(folder)), name, about, inputs: await of(first?.inputs), expected };
}

/** @typedef {{ name: string, dtype: string, shape: number[], file: string }} Written */

/** @param {string} folder @param {Written[]} written */
async function tensors(folder, written) {
  /** @type {import("./types.js").Tensors} */
  const read = {};
  for (const { name, dtype, shape, file } of written) {
    read[name] = { dtype, shape, data: viewOf(dtype, await readFile(join(folder, file))) };
  }
  return read;
}

/** @param {string} folder */
async function filesIn(folder) {
  const onnx = join(folder, "model.onnx");
  return { onnx, card: join(folder, "card.json"), bytes: (await stat(onnx)).size };
}

/** The first of MNIST's test images. */
async function digit() {
  const file = await readFile(join(variable("ONNXLET_MNIST"), "data/t10k-images-idx3-ubyte"));
  const [head, size] = [16, 28];
  const data = Float32Array.from(file.subarray(head, head + size * size), (pixel) => pixel / 255);
  return { image: { dtype: "float32", shape: [1, 1, size, size], data } };
}

/** The first flower. */
async function flower() {
  const rows = await readFile(join(ROOT, "models/iris/rows.csv"), "utf8");
  const numbers = rows.split("\n")[1]?.split(",").map(Number).slice(0, 4) ?? [];
  return { features: { dtype: "float32", shape: [1, 4], data: Float32Array.from(numbers) } };
}
