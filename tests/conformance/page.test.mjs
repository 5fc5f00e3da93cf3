// The page counts what it was given.

import assert from "node:assert/strict";
import { test } from "node:test";
import { page } from "./page.mjs";
import { alike, grouped, oneLine } from "./totals.mjs";

/**
 * @param {string} name
 * @param {string} operator
 * @param {string} [domain]
 */
const made = (name, operator, domain = "") => ({ name, suite: "node", domain, operator, opset: 1 });

test("totals, families and reasons are those of the outcomes", () => {
  const refused = (/** @type {string} */ reason) => ({ status: /** @type {const} */ ("refused"), reason });
  const pass = { status: /** @type {const} */ ("pass") };
  const cases = [
    made("test_a", "Abs"),
    made("test_b", "Cast"),
    made("test_c", "Cast"),
    made("test_d", "Scaler", "ai.onnx.ml"),
    { ...made("test_e", "Loop"), not_tensor: "x is sequence" },
  ];
  const text = page({
    date: "2026-01-02T03:04:05Z",
    onnx: "1.22.0",
    cases,
    outcomes: {
      test_a: { relaxed: pass, peer: { status: "wrong", reason: "y: 1 of 2 wrong" } },
      test_b: { relaxed: refused("the model cannot be loaded: Cast: no type 16|x"), peer: pass },
      test_c: { relaxed: refused("the model cannot be loaded: Cast: no type 17|x"), peer: pass },
      test_d: { relaxed: pass, peer: pass },
      test_e: { relaxed: { status: "not_tensor" }, peer: { status: "not_tensor" } },
    },
    columns: [{ key: "relaxed", title: "ours" }, { key: "peer", title: "theirs" }],
    own: "relaxed",
    peer: "peer",
    versions: { node: "v20" },
  });
  for (const line of [
    "| **pass** | 4 | 2 (50.0 %) | 3 (75.0 %) |",
    "| pass, node | 4 | 2 (50.0 %) | 3 (75.0 %) |",
    "| wrong |  | 0 | 1 |",
    "| refused |  | 2 | 0 |",
    "| not tensors | 1 |  |  |",
    "| Cast | 2 | Cast: no type 16\\|x |",
    "| Abs | 1 | 1 | 0, 1 wrong |",
    "| Cast | 2 | 0 | 2 |",
    "| ai.onnx.ml.Scaler | 1 | 1 | 1 |",
    "| Abs | 1 | test_a: y: 1 of 2 wrong |",
    "| node | v20 |",
  ]) {
    assert.ok(text.split("\n").includes(line), `${line} is missing in\n${text}`);
  }
  assert.ok(text.includes("on 2026-01-02;") && !text.includes("Loop"));
});

test("reasons that differ in numbers and names are alike", () => {
  const chosen = made("test_cast_a_expanded", "Cast");
  const line = oneLine(chosen, 'the model cannot be loaded: node "Cast_test_cast_a_x":\n got 3.5 and 1e-7');
  assert.equal(line, 'node "Cast_…_x": got 3.5 and 1e-7');
  assert.equal(alike(line), 'node "Cast_…_x": got # and #');
  assert.ok(oneLine(chosen, "long ".repeat(100)).length <= 201);
});

test("groups come by size, then by name", () => {
  assert.deepEqual(grouped(["bb", "a", "cc", "d", "ccc"], (text) => String(text.length)), [
    ["1", ["a", "d"]],
    ["2", ["bb", "cc"]],
    ["3", ["ccc"]],
  ]);
});
