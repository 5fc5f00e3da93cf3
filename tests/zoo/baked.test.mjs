// A few of the zoo the whole way: built by the packed command on a machine without Rust, then loaded in Node and in workerd.

import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { full, node, workerd } from "../models/support/hosts.mjs";
import { built, cliProject } from "../package/support/cli.mjs";
import { compare, TOLERANCE } from "./support/compare.mjs";
import { casesOf, models, ZOO } from "./support/zoo.mjs";

/** Text columns beside numbers with NaN, behind a scaler; two classes through ZipMap; a booster with NaN. */
const CHOSEN = ["columns-one-hot", "forest-binary", "xgboost-binary"];

let project = "";
before(async () => {
  project = await cliProject([]);
});

for (const name of CHOSEN) {
  test(name, async (t) => {
    const made = (await models()).find((one) => one.name === name);
    assert.ok(made, `the zoo has no ${name}`);
    const cases = await casesOf(name);
    const file = (/** @type {string} */ end) => join(ZOO, name, end);
    await built(project, ["build", file("model.onnx"), "--card", file("card.json"), "--simd", "relaxed", "--out", name]);
    const folder = join(project, name);
    /** @type {Map<string, unknown>} */
    const answers = new Map();

    await t.test("answers as onnxruntime does", async () => {
      const ask = await node(folder);
      let last = 0;
      for (const { name: about, inputs, outputs } of cases) {
        const given = await ask(inputs);
        answers.set(about, given.outputs);
        compare(given.outputs, outputs, made.tolerance ?? TOLERANCE);
        last = given.fallbacks;
      }
      // What the build's examples didn't foresee is answered by the full module: later, not otherwise.
      t.diagnostic(`${last} of ${cases.length} cases fell back`);
    });

    for (const [about, host] of /** @type {const} */ ([
      ["the full module", () => full(folder)],
      ["workerd", () => workerd(folder)],
    ])) {
      await t.test(`${about}: the same bits`, async () => {
        const ask = await host();
        for (const { name: what, inputs } of cases) assert.deepEqual((await ask(inputs)).outputs, answers.get(what), what);
      });
    }
  });
}
