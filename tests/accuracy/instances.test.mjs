// Instances of the engine share nothing: each has its memory and its model.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { engine } from "../setup/engine.mjs";
import { identity } from "../setup/onnx.mjs";

/** @type {() => any} */
let create;
before(async () => {
  create = await engine("baseline");
});

test("two instances hold two models at once", () => {
  const [pairs, triples] = [create(), create()];
  pairs.load(identity("pair", [2]), '{"name": "pairs"}');
  triples.load(identity("triple", [3]), '{"name": "triples"}');
  assert.deepEqual(pairs.predict([1, 2], {}).outputs.same.data, Float32Array.of(1, 2));
  assert.deepEqual(triples.predict([1, 2, 3], {}).outputs.same.data, Float32Array.of(1, 2, 3));
  assert.throws(() => pairs.predict([1, 2, 3], {}), { name: "OnnxletError", code: "invalid" });
  assert.deepEqual([pairs, triples].map((instance) => instance.describe().name), ["pairs", "triples"]);
});

test("what was returned does not change with later calls", () => {
  const instance = create();
  instance.load(identity("pair", [2]), '{"name": "pairs"}');
  const first = instance.predict([1, 2], {}).outputs.same.data;
  for (let call = 0; call < 100; call++) instance.predict([call, call], {});
  assert.deepEqual(first, Float32Array.of(1, 2));
});

test("an instance without a model says so", () => {
  assert.throws(() => create().describe(), { name: "OnnxletError", code: "model" });
});

test("an instance holds one model", () => {
  const instance = create();
  instance.load(identity("pair", [2]), '{"name": "pairs"}');
  assert.throws(() => instance.load(identity("pair", [2]), '{"name": "pairs"}'), { name: "OnnxletError" });
});
