// The packed iris package: a model of named features, and two outputs.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { project } from "./support/installed.mjs";
import { ROOT } from "../setup/paths.mjs";

const SPECIES = ["setosa", "versicolor", "virginica"];
const FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"];

/** @type {any} */
let model;
/** @type {number[][]} four lengths and the species of each flower */
let rows = [];

before(async () => {
  const folder = await project(["iris"], { "entry.mjs": 'export * from "onnxlet-iris";' });
  const { load } = await import(pathToFileURL(join(folder, "entry.mjs")).href);
  model = await load();
  const text = await readFile(join(ROOT, "models", "iris", "rows.csv"), "utf8");
  rows = text.trim().split("\n").slice(1).map((line) => line.split(",").map(Number));
});

test("a record is answered by name", async () => {
  const { top, outputs } = await model.predict({ sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 });
  assert.equal(top[0].label, "setosa");
  assert.deepEqual(outputs.label.data, BigInt64Array.of(0n));
  assert.deepEqual(outputs.probabilities.shape, [1, 3]);
});

test("all flowers at once: nearly all right, and the two outputs agree", async () => {
  const { tops, outputs } = await model.predict(rows.map((row) => row.slice(0, 4)));
  /** @type {{ label: string, index: number }[]} */
  const best = tops.map((/** @type {any[]} */ [first]) => first);
  const right = best.filter(({ label }, at) => label === SPECIES[rows[at]?.[4] ?? -1]);
  assert.ok(right.length >= 0.95 * rows.length, `${right.length} of ${rows.length}`);
  assert.deepEqual(best.map(({ index }) => BigInt(index)), [...outputs.label.data]);
});

test("records and rows give the same bits", async () => {
  const values = rows.slice(0, 20).map((row) => row.slice(0, 4));
  const records = values.map((row) => Object.fromEntries(FEATURES.map((name, at) => [name, row[at]])));
  const flat = { data: Float32Array.from(values.flat()), shape: [20, 4] };
  const answers = await Promise.all([values, records, flat, { features: records }].map((input) => model.predict(input)));
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
});

test("a missing and an unknown feature are both named", async () => {
  const wrong = { sepal_length: 5, sepal_width: 3, petal_length: 1, petal_size: 1 };
  await assert.rejects(model.predict(wrong), { code: "invalid", message: /petal_width/ });
  await assert.rejects(model.predict(wrong), { code: "invalid", message: /petal_size/ });
});
