// What the comparison lets through, and what it doesn't.

import assert from "node:assert/strict";
import { test } from "node:test";
import { write } from "../models/support/tensors.js";
import { compare, compareLabels, TOLERANCE } from "./support/compare.mjs";

const numbers = write({ dtype: "float32", shape: [2, 1], data: new Float32Array([1, 1000]) });
const label = write({ dtype: "int64", shape: [2], data: new BigInt64Array([0n, 2n ** 60n]) });
const text = write({ dtype: "string", shape: [2], data: ["a", ""] });
const EXPECTED = [{ name: "label", ...label }, { name: "text", ...text }, { name: "score", ...numbers }];
const RIGHT = { label, text, score: numbers };

test("the same answer is right", () => {
  assert.deepEqual(compare(RIGHT, EXPECTED, TOLERANCE), { difference: 0, share: 0 });
});

test("the largest difference is told, and in units of what is allowed", () => {
  const score = write({ dtype: "float32", shape: [2, 1], data: new Float32Array([1, 1000.0625]) });
  const { difference, share } = compare({ ...RIGHT, score }, EXPECTED, TOLERANCE);
  // 0.0625 of the 0.1 and a millionth that are allowed.
  assert.equal(difference, 0.0625 / 1000);
  assert.ok(Math.abs(share - 0.625) < 1e-5, String(share));
});

for (const [about, wrong, message] of /** @type {[string, Record<string, any>, RegExp][]} */ ([
  ["a number beyond the tolerance", { score: [1, 1000.2] }, /score\[1\]: expected 1000, got 1000\.2/],
  ["NaN", { score: [Number.NaN, 1000] }, /score\[0\]: expected 1, got NaN/],
  ["infinity", { score: [1, Number.POSITIVE_INFINITY] }, /got Infinity/],
  ["another label", { label: [0n, 2n ** 60n + 1n] }, /label\[1\]/],
  ["another text", { text: ["a", " "] }, /text\[1\]/],
])) {
  test(`${about} is wrong`, () => {
    const [[name, data]] = /** @type {[[string, any]]} */ (Object.entries(wrong));
    const { dtype, shape } = RIGHT[/** @type {keyof typeof RIGHT} */ (name)];
    const typed = name === "score" ? new Float32Array(data) : name === "label" ? new BigInt64Array(data) : data;
    assert.throws(() => compare({ ...RIGHT, [name]: write({ dtype, shape, data: typed }) }, EXPECTED, TOLERANCE), { message });
  });
}

test("another shape, dtype, output or order of outputs is wrong", () => {
  const { label: _, ...missing } = RIGHT;
  for (const outputs of [
    missing,
    { score: numbers, text, label },
    { ...RIGHT, score: { ...numbers, shape: [1, 2] } },
    { ...RIGHT, label: { ...numbers, shape: [2] } },
  ]) {
    assert.throws(() => compare(outputs, EXPECTED, TOLERANCE), /expected/);
  }
});

test("ZipMap's classes must be the labels", () => {
  const expected = [{ name: "score", ...numbers, labels: ["no", "yes"] }];
  compareLabels({ outputs: [{ name: "score", labels: ["no", "yes"] }] }, expected);
  assert.throws(() => compareLabels({ outputs: [{ name: "score", labels: ["yes", "no"] }] }, expected), /labels of score/);
  assert.throws(() => compareLabels({ outputs: [{ name: "score" }] }, expected), /labels of score/);
});
