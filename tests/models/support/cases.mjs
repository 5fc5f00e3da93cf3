// The real models of models/real.json, as `cargo xtask models` left them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, TARGET } from "../../setup/paths.mjs";
import { distance } from "./between.mjs";
import { read } from "./tensors.js";

/** @typedef {import("./tensors.js").Written} Written */
/**
 * What a model is asked, and what onnxruntime answers: with its graph optimised, and as it is written.
 * @typedef {{ name: string, inputs: Record<string, Written>, expected: Record<string, Written>[] }} Case
 */

/** Names of the models to test: those of ONNXLET_MODELS, otherwise the everyday ones. */
export async function chosen() {
  const { models } = JSON.parse(await readFile(join(ROOT, "models", "real.json"), "utf8"));
  const asked = process.env.ONNXLET_MODELS?.split(",");
  const names = models.filter((/** @type {any} */ { name, everyday }) => (asked ? asked.includes(name) : everyday));
  return /** @type {string[]} */ (names.map((/** @type {any} */ { name }) => name));
}

/** A file of a model. @param {string} model @param {string} file */
export function fileOf(model, file) {
  return join(TARGET, "models", model, file);
}

/** The cases of a model. @param {string} model @returns {Promise<Case[]>} */
export async function casesOf(model) {
  const cases = JSON.parse(await readFile(fileOf(model, "cases/cases.json"), "utf8"));
  assert.ok(cases.length > 0, `${model} has no cases`);
  const load = async (/** @type {any[]} */ tensors) => {
    const entries = tensors.map(async ({ name, dtype, shape, file }) => {
      const base64 = (await readFile(fileOf(model, `cases/${file}`))).toString("base64");
      return /** @type {const} */ ([name, { dtype, shape, base64 }]);
    });
    return Object.fromEntries(await Promise.all(entries));
  };
  return Promise.all(
    cases.map(async (/** @type {any} */ { name, inputs, outputs, as_written }) => {
      return { name, inputs: await load(inputs), expected: [await load(outputs), await load(as_written)] };
    }),
  );
}

/**
 * Checks outputs against onnxruntime's: 1e-3 relative, 1e-5 absolute from what lies between its answers, which differ from each
 * other by up to twice that. The answer is the largest difference, and the largest in units of what is allowed.
 * @param {Record<string, Written>} outputs
 * @param {Record<string, Written>[]} expected
 */
export function checkClose(outputs, expected) {
  let [absolute, allowed] = [0, 0];
  for (const [name, given] of Object.entries(outputs)) {
    const wanted = expected.map((one) => /** @type {Written} */ (one[name]));
    for (const { dtype, shape } of wanted) assert.deepEqual([name, given.dtype, given.shape], [name, dtype, shape]);
    const [ours, theirs] = [read(given).data, wanted.map((one) => read(one).data)];
    for (let at = 0; at < ours.length; at += 1) {
      const between = theirs.map((data) => Number(data[at]));
      const { difference, share } = distance(Number(ours[at]), between);
      // Written so that NaN fails.
      assert.ok(share <= 1, `${name}[${at}]: expected ${between.join(" to ")}, got ${ours[at]}`);
      absolute = Math.max(absolute, difference);
      allowed = Math.max(allowed, share);
    }
  }
  assert.deepEqual(Object.keys(outputs).sort(), Object.keys(expected[0] ?? {}).sort());
  return { absolute, allowed };
}
