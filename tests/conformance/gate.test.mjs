// What the gate lets through, and what it doesn't.

import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, update } from "./gate.mjs";

const BUILDS = ["relaxed", "baseline"];

/**
 * @param {Record<string, import("./worker.mjs").Status | [import("./worker.mjs").Status, import("./worker.mjs").Status]>} statuses
 * @returns {import("./gate.mjs").Outcomes}
 */
function outcomes(statuses) {
  const both = Object.entries(statuses).map(([name, status]) => {
    const [relaxed, baseline] = Array.isArray(status) ? status : [status, status];
    return [name, { relaxed: { status: relaxed, reason: "because" }, baseline: { status: baseline, reason: "because" } }];
  });
  return Object.fromEntries(both);
}

test("what is as listed passes", () => {
  const now = outcomes({ a: "pass", b: "refused", c: ["pass", "refused"], d: "not_tensor" });
  assert.deepEqual(judge(now, { b: "refused", c: { baseline: "refused" } }, BUILDS), []);
});

test("a case that stops passing fails, in each build", () => {
  assert.deepEqual(judge(outcomes({ a: "refused" }), {}, BUILDS), [
    "a (relaxed) passed, and is refused now: because",
    "a (baseline) passed, and is refused now: because",
  ]);
  assert.deepEqual(judge(outcomes({ a: "refused" }), { a: { baseline: "refused" } }, BUILDS), [
    "a (relaxed) passed, and is refused now: because",
  ]);
});

test("wrong and trapped fail, listed or not", () => {
  for (const status of /** @type {const} */ (["wrong", "trapped"])) {
    for (const listed of /** @type {import("./gate.mjs").Expected[]} */ ([{}, { a: status }])) {
      const problems = judge(outcomes({ a: status }), listed, BUILDS);
      assert.deepEqual(problems, BUILDS.map((build) => `a (${build}) is ${status}: because`));
    }
  }
});

test("a build that was not run fails", () => {
  const { a } = outcomes({ a: "pass" });
  assert.equal(judge({ a: { relaxed: a?.["relaxed"] ?? { status: "pass" } } }, {}, BUILDS).length, 1);
});

test("what is listed and passes, or is gone, fails with the remedy", () => {
  const remedy = "cargo xtask conformance --update";
  assert.deepEqual(judge(outcomes({ a: ["pass", "refused"] }), { a: "refused", gone: "refused" }, BUILDS), [
    `a (relaxed) is listed as refused, and passes now: ${remedy}`,
    `gone is listed, and there is no such case: ${remedy}`,
  ]);
  assert.deepEqual(judge(outcomes({ a: ["refused", "refused"] }), { a: "wrong" }, BUILDS), BUILDS.map((build) =>
    `a (${build}) is listed as wrong, and is refused now: ${remedy}`));
});

test("an update takes what is better, by name", () => {
  const now = outcomes({ b: ["pass", "refused"], a: "refused", c: "pass", d: "not_tensor", e: "refused" });
  const listed = /** @type {const} */ ({ a: "refused", b: "refused", c: "refused", e: "wrong", gone: "refused" });
  const { list, worse } = update(now, listed, BUILDS);
  assert.deepEqual(worse, []);
  assert.equal(JSON.stringify(list), JSON.stringify({ a: "refused", b: { baseline: "refused" }, e: "refused" }));
  assert.deepEqual(judge(now, list, BUILDS), []);
});

test("an update does not write off what stops passing, or gets wrong", () => {
  assert.deepEqual(update(outcomes({ a: ["refused", "pass"] }), {}, BUILDS).worse, ["a (relaxed) was pass, and is refused"]);
  assert.equal(update(outcomes({ a: "wrong" }), { a: "refused" }, BUILDS).worse.length, 2);
  assert.equal(update(outcomes({ a: "trapped" }), { a: "refused" }, BUILDS).worse.length, 2);
});

test("the first list takes everything as it is", () => {
  const first = update(outcomes({ a: "refused", b: "wrong", c: "pass" }), undefined, BUILDS);
  assert.deepEqual(first, { list: { a: "refused", b: "wrong" }, worse: [] });
});
