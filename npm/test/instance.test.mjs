import assert from "node:assert/strict";
import { test } from "node:test";
import { Instance } from "../dist/runtime/instance.js";
import { createEngine, description, emptyModule, made } from "../fixtures/fake-engine.mjs";

const start = () => Instance.start({ description, first: () => createEngine(emptyModule) });

test("an instance describes its model and answers", async () => {
  const instance = await start();
  assert.deepEqual(instance.description, description);
  const { outputs } = await instance.run({ x: [1, 2] }, {});
  assert.deepEqual(outputs.y.data, Float32Array.of(1, 2));
  assert.deepEqual(instance.stats, { predictions: 1, traps: 0, fallbacks: 0 });
});

test("a refusal keeps its code and problems, and costs no instance", async () => {
  const instance = await start();
  const before = made.count;
  await assert.rejects(instance.run({ refuse: true }, {}), {
    name: "OnnxletError",
    code: "invalid",
    problems: [{ field: "x", message: "expected 2 values" }],
  });
  await instance.run({ x: [1] }, {});
  assert.equal(made.count, before);
  assert.equal(instance.stats.traps, 0);
});

test("a trap is reported with the panic's message and the next call meets a fresh instance", async () => {
  const instance = await start();
  const before = made.count;
  await assert.rejects(instance.run({ panic: "index out of bounds" }, {}), (error) => {
    assert.equal(error.code, "engine");
    assert.match(error.message, /index out of bounds/);
    assert.ok(error.cause instanceof WebAssembly.RuntimeError);
    return true;
  });
  const { outputs } = await instance.run({ x: [5] }, {});
  assert.equal(outputs.y.data[0], 5);
  assert.equal(made.count, before + 1);
  assert.deepEqual(instance.stats, { predictions: 1, traps: 1, fallbacks: 0 });
});

test("calls that overlap after a trap never meet a trapped engine", async () => {
  const instance = await start();
  await assert.rejects(instance.run({ panic: "first" }, {}));
  const calls = [instance.run({ panic: "second" }, {}), instance.run({ x: [1] }, {}), instance.run({ x: [2] }, {})];
  const [second, ...others] = await Promise.allSettled(calls);
  assert.match(second.reason.message, /second/);
  assert.deepEqual(others.map(({ value }) => value?.outputs.y.data[0]), [1, 2]);
  assert.deepEqual(instance.stats, { predictions: 2, traps: 2, fallbacks: 0 });
});

test("a module that can't be instantiated is a load error", async () => {
  const failing = Instance.start({ description, first: () => Promise.reject(new WebAssembly.LinkError("missing import")) });
  await assert.rejects(failing, { code: "load", message: /missing import/ });
});
