// The real models of models/real.json, as `cargo xtask models` left them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, TARGET } from "../../setup/paths.mjs";
import { read } from "./tensors.js";

/** @typedef {import("./tensors.js").Written} Written */
/** @typedef {{ name: string, inputs: Record<string, Written>, expected: Record<string, Written> }} Case */

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

/** The cases of a model: inputs, and onnxruntime's outputs for them. @param {string} model @returns {Promise<Case[]>} */
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
    cases.map(async (/** @type {any} */ { name, inputs, outputs }) => {
      return { name, inputs: await load(inputs), expected: await load(outputs) };
    }),
  );
}

const RELATIVE = 1e-3;
const ABSOLUTE = 1e-5;

/**
 * Checks outputs against onnxruntime's: 1e-3 relative, 1e-5 absolute. The answer is the largest difference, and the largest in
 * units of what is allowed.
 * @param {Record<string, Written>} outputs
 * @param {Record<string, Written>} expected
 */
export function checkClose(outputs, expected) {
  assert.deepEqual(Object.keys(outputs).sort(), Object.keys(expected).sort());
  let [absolute, allowed] = [0, 0];
  for (const [name, wanted] of Object.entries(expected)) {
    const given = /** @type {Written} */ (outputs[name]);
    assert.deepEqual([name, given.dtype, given.shape], [name, wanted.dtype, wanted.shape]);
    const [ours, theirs] = [read(given).data, read(wanted).data];
    for (let at = 0; at < theirs.length; at += 1) {
      const difference = Math.abs(Number(ours[at]) - Number(theirs[at]));
      const share = difference / (ABSOLUTE + RELATIVE * Math.abs(Number(theirs[at])));
      // Written so that NaN fails.
      assert.ok(share <= 1, `${name}[${at}]: expected ${theirs[at]}, got ${ours[at]}`);
      absolute = Math.max(absolute, difference);
      allowed = Math.max(allowed, share);
    }
  }
  return { absolute, allowed };
}
