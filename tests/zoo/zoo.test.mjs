// Models as people export them, in the engine inside wasm, in both SIMD builds: onnxruntime's answers, or a refusal that is known.
// Leaves target/zoo/results.json.

import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { read, write } from "../models/support/tensors.js";
import { engine } from "../setup/engine.mjs";
import { ROOT } from "../setup/paths.mjs";
import { compare, compareLabels, TOLERANCE, Wrong } from "./support/compare.mjs";
import { casesOf, modelOf, models, ZOO } from "./support/zoo.mjs";

/** @typedef {{ status: "pass" | "wrong" | "refused" | "trapped", reason?: string, difference?: number, share?: number }} Found */

const RESULTS = join(ZOO, "results.json");
/**
 * Models that may be refused, with the reason, and those that their library's exporter refuses.
 * @type {{ refused: Record<string, string>, not_exported: string[] }}
 */
const EXPECTED = JSON.parse(await readFile(join(ROOT, "tests", "zoo", "expected.json"), "utf8"));
const MODELS = await models();

/** @type {Record<string, Record<string, Found>>} */
const found = Object.fromEntries(MODELS.map(({ name }) => [name, {}]));

before(() => rm(RESULTS, { force: true }));
after(async () => {
  const builds = Object.fromEntries(["relaxed", "baseline"].map((simd) => [simd, counted(simd)]));
  await writeFile(RESULTS, `${JSON.stringify({ builds, models: found }, null, 1)}\n`);
});

/** How many models came to what, in a build. @param {string} simd */
function counted(simd) {
  const counts = { pass: 0, wrong: 0, refused: 0, trapped: 0 };
  for (const builds of Object.values(found)) counts[builds[simd]?.status ?? "trapped"] += 1;
  return counts;
}

/**
 * What becomes of a model in a fresh instance.
 * @param {any} instance
 * @param {import("./support/zoo.mjs").Made} made
 * @returns {Promise<Found>}
 */
async function ask(instance, { name, tolerance }) {
  const { onnx, card } = await modelOf(name);
  const cases = await casesOf(name);
  try {
    instance.load(onnx, card);
  } catch (error) {
    return stopped(instance, error, "refused");
  }
  const largest = { difference: 0, share: 0 };
  for (const { name: about, inputs, outputs } of cases) {
    try {
      compareLabels(instance.describe(), outputs);
      const { difference, share } = compare(answer(instance, inputs), outputs, tolerance ?? TOLERANCE);
      largest.difference = Math.max(largest.difference, difference);
      largest.share = Math.max(largest.share, share);
    } catch (error) {
      const why = stopped(instance, error, "wrong");
      return { ...why, reason: `${about}: ${why.reason}` };
    }
  }
  return { status: "pass", ...largest };
}

/** @param {any} instance @param {Record<string, import("./support/zoo.mjs").Written>} inputs */
function answer(instance, inputs) {
  const given = Object.fromEntries(Object.entries(inputs).map(([name, written]) => [name, read(written)]));
  const { outputs } = instance.predict(given, undefined);
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, write(/** @type {any} */ (tensor))]));
}

/**
 * What an error means. The engine's own have a code; what else is thrown from inside is a trap.
 * @param {any} instance
 * @param {unknown} error
 * @param {"refused" | "wrong"} status
 * @returns {Found}
 */
function stopped(instance, error, status) {
  const { code, message } = /** @type {{ code?: string, message: string }} */ (error);
  if (code || error instanceof Wrong) return { status, reason: message };
  return { status: "trapped", reason: instance.lastPanic() ?? message };
}

for (const simd of /** @type {const} */ (["relaxed", "baseline"])) {
  describe(simd, () => {
    /** @type {() => any} */
    let create;
    before(async () => {
      create = await engine(simd);
    });

    for (const made of MODELS) {
      test(made.name, async () => {
        const verdict = await ask(create(), made);
        /** @type {Record<string, Found>} */ (found[made.name])[simd] = verdict;
        const why = EXPECTED.refused[made.name];
        if (verdict.status === "refused" && why) return;
        assert.equal(verdict.status, "pass", verdict.reason);
        assert.equal(why, undefined, "it passes now: take it off expected.json, or let `cargo xtask zoo --publish` do so");
      });
    }
  });
}

test("all is exported that was", async () => {
  const { not_exported } = JSON.parse(await readFile(join(ZOO, "zoo.json"), "utf8"));
  const names = not_exported.map((/** @type {{ name: string }} */ { name }) => name);
  assert.deepEqual(names.sort(), EXPECTED.not_exported);
});

test("expected.json names models of the zoo, with reasons", () => {
  const names = MODELS.map(({ name }) => name);
  for (const [name, reason] of Object.entries(EXPECTED.refused)) {
    assert.ok(names.includes(name), `there is no ${name}`);
    assert.ok(reason.length > 0, `${name}: no reason`);
  }
});
