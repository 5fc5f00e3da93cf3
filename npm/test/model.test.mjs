import assert from "node:assert/strict";
import { test } from "node:test";
import { Instance } from "../dist/runtime/instance.js";
import { Model } from "../dist/runtime/model.js";
import { createEngine, description, emptyModule } from "../fixtures/fake-engine.mjs";

const start = async () => new Model(await Instance.start({ description, first: () => createEngine(emptyModule) }));

test("a model shows its signature, description and counts", async () => {
  const model = await start();
  assert.deepEqual(model.signature, { inputs: description.inputs, outputs: description.outputs });
  assert.equal(model.describe().version, "1.2.3");
  await model.predict({ x: [1] });
  assert.deepEqual(model.stats, { predictions: 1, traps: 0, fallbacks: 0 });
});

test("absent options are absent for the engine", async () => {
  const model = await start();
  const { options } = await model.predict({ x: [1] }, { topK: undefined, outputs: ["y"], signal: undefined });
  assert.deepEqual(options, { outputs: ["y"] });
});

test("calls overlap", async () => {
  const model = await start();
  const answers = await Promise.all([1, 2, 3].map((value) => model.predict({ x: [value] })));
  assert.deepEqual(answers.map(({ outputs }) => outputs.y.data[0]), [1, 2, 3]);
});

test("a signal that has aborted keeps the call from running", async () => {
  const model = await start();
  await assert.rejects(model.predict({ x: [1] }, { signal: AbortSignal.abort() }), { name: "AbortError" });
  const late = new AbortController();
  const slow = { x: new Blob(["a"]) };
  const call = model.predict(slow, { signal: late.signal });
  late.abort();
  await assert.rejects(call, { name: "AbortError" });
  assert.equal(model.stats.predictions, 0);
});

test("a disposed model refuses clearly, however it was disposed", async () => {
  const ways = [(model) => model.dispose(), (model) => model[Symbol.dispose](), (model) => model[Symbol.asyncDispose]()];
  for (const dispose of ways) {
    const model = await start();
    await model.predict({ x: [1] });
    await dispose(model);
    await assert.rejects(model.predict({ x: [1] }), { name: "OnnxletError", code: "disposed", message: /fake/ });
    assert.equal(model.stats.predictions, 1);
    model.dispose();
  }
});
