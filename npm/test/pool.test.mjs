// Several threads: batches that they share, and calls that they answer side by side.
import assert from "node:assert/strict";
import { after, mock, test } from "node:test";
import { Worker } from "node:worker_threads";
import { Instance } from "../dist/runtime/instance.js";
import { Model } from "../dist/runtime/model.js";
import { glueOf, makers } from "../dist/runtime/modules.js";
import { Pool } from "../dist/runtime/pool.js";
import { describe, ODD, scripts } from "../fixtures/batch-engine.mjs";
import { emptyModule, leanModule } from "../fixtures/fake-engine.mjs";
import { handleOf } from "../fixtures/handle.mjs";

mock.method(console, "warn", () => {});
const SCRIPT = new URL("../fixtures/batch-thread.mjs", import.meta.url);
const models = [];
after(() => models.forEach((model) => model.dispose()));

/** Threads that run now. */
const alive = new Set();

function begin(script = SCRIPT) {
  const worker = new Worker(script);
  alive.add(worker);
  worker.on("exit", () => alive.delete(worker));
  return handleOf(worker);
}

async function pool({ threads = 2, splitBatch, simd = "baseline", modules = { first: emptyModule } } = {}) {
  const model = new Model(await Pool.start({ begin, simd, modules }, { threads, splitBatch }));
  models.push(model);
  return model;
}

const one = async () => new Model(await Instance.start(makers(glueOf(scripts, "baseline"), { first: emptyModule })));

/** Rows from `from`, with some that begin with another value. */
function rows(count, odd = {}) {
  const data = Float32Array.from({ length: count * 2 }, (_, at) => at / 8);
  for (const [row, value] of Object.entries(odd)) data[row * 2] = value;
  return data;
}

/** The threads that answered. */
const threads = ({ outputs }) => new Set(outputs.thread.data);

/** Calls until a batch is shared again: a thread may still be at its part of a call that has ended. Returns how many. */
async function callsUntilShared(model) {
  for (let calls = 1; calls <= 100; calls += 1) {
    if (threads(await model.predict(rows(8))).size === 2) return calls;
  }
  return assert.fail("no batch is shared");
}

/** An answer without who gave it. */
const known = ({ outputs: { thread, ...outputs }, ...rest }) => ({ outputs, ...rest });

test("a batch is shared, and its answer is one instance's", async () => {
  const [shared, alone] = [await pool({ threads: 3 }), await one()];
  for (const count of [2, 3, 7, 16]) {
    const x = rows(count);
    const nested = Array.from({ length: count }, (_, row) => [...x.subarray(row * 2, row * 2 + 2)]);
    for (const input of [x, { x }, { x: { data: x, shape: [count, 2] } }, nested, { inputs: { x: nested }, top_k: 1 }]) {
      const answer = await shared.predict(input);
      assert.equal(threads(answer).size, Math.min(count, 3), `${count}`);
      assert.deepEqual(known(answer), known(await alone.predict(input)));
    }
  }
  const { outputs } = await shared.predict(rows(9), { outputs: ["name"] });
  assert.deepEqual([Object.keys(outputs), outputs.name.data.length], [["name"], 9]);
  assert.deepEqual(shared.stats, { predictions: 21, traps: 0, fallbacks: 0 });
});

test("a batch that nothing is proven of is shared only where the caller says so, and no batch where it forbids it", async () => {
  const sizes = [];
  for (const [simd, splitBatch] of [["relaxed"], ["relaxed", true], ["baseline", false], ["baseline"]]) {
    sizes.push(threads(await (await pool({ simd, splitBatch })).predict(rows(8))).size);
  }
  assert.deepEqual(sizes, [1, 2, 1, 2]);
});

/** A thread that answers as if each example took it so many milliseconds, after a way that takes longer. Tells of its examples. */
function timed(each, examples) {
  let onReply;
  const stats = { predictions: 0, traps: 0, fallbacks: 0 };
  const replyTo = ({ type, input }) => {
    if (type === "start") return { type: "started", description: describe("baseline") };
    const count = input.length / 2;
    examples.push(count);
    const outputs = { sum: { dtype: "float32", shape: [count, 1], data: new Float32Array(count) } };
    return { type: "predicted", answer: { outputs }, milliseconds: count * each, stats };
  };
  return {
    post: (request) => void setTimeout(() => onReply(replyTo(request)), 10),
    listen: (listener) => (onReply = listener),
    terminate() {},
  };
}

test("whether a batch is worth cutting is told by how long its threads were at it, not by the way there", async () => {
  for (const [each, parts] of [[0.01, [8]], [1, [4, 4]]]) {
    const examples = [];
    const model = new Model(await Pool.start({ begin: () => timed(each, examples), simd: "baseline", modules: {} }, { threads: 2 }));
    await model.predict(rows(8));
    assert.deepEqual(examples.splice(0), [4, 4], "nothing is known yet");
    await model.predict(rows(8));
    assert.deepEqual(examples, parts);
  }
});

test("a wrong example is refused as by one instance, wherever it is, and the pool lives on", async () => {
  const [shared, alone] = [await pool(), await one()];
  for (const odd of [{ 0: ODD.refused }, { 6: ODD.refused }, { 1: ODD.refused, 7: ODD.refused }]) {
    const refusal = await alone.predict(rows(8, odd)).catch((error) => error);
    assert.match(refusal.message, /row \d/);
    const { code, message, problems } = refusal;
    await assert.rejects(shared.predict(rows(8, odd)), { name: "OnnxletError", code, message, problems });
  }
  const predictions = await callsUntilShared(shared);
  assert.deepEqual(shared.stats, { predictions, traps: 0, fallbacks: 0 });
});

test("a part that traps fails the call, and costs its own thread's instance only", async () => {
  const model = await pool();
  await assert.rejects(model.predict(rows(8, { 5: ODD.panics })), { code: "engine", message: /boom/, problems: [] });
  const answer = await model.predict(rows(8));
  assert.deepEqual([...answer.outputs.sum.data], [...rows(8)].flatMap((a, at, all) => (at % 2 ? [] : [a + all[at + 1]])));
  assert.deepEqual(model.stats, { predictions: 1, traps: 1, fallbacks: 0 });
});

test("a thread that dies fails its call, and another takes its place", async () => {
  const model = await pool();
  await assert.rejects(model.predict(rows(8, { 5: ODD.exits })), { code: "engine", message: /exit code 7/ });
  const predictions = await callsUntilShared(model);
  assert.deepEqual(model.stats, { predictions, traps: 1, fallbacks: 0 });
});

test("parts that don't fit together have the whole answered by one, and no more batches are split", async () => {
  const model = await pool({ simd: "relaxed", splitBatch: true });
  assert.deepEqual((await model.predict(rows(8, { 1: ODD.vanishes }))).outputs.sum.shape, [1, 1]);
  assert.equal(threads(await model.predict(rows(8))).size, 1);
});

test("calls made together are spread over the threads, each whole", async () => {
  const model = await pool();
  const answers = await Promise.all([20, 21, 22, 23].map((count) => model.predict(rows(count))));
  assert.deepEqual(answers.map(({ outputs }) => outputs.sum.data.length), [20, 21, 22, 23]);
  assert.ok(threads(answers[0]).size === 1 && threads(answers[1]).size === 1);
  assert.notDeepEqual(threads(answers[0]), threads(answers[1]));
});

test("calls one after another are answered by the same thread", async () => {
  const model = await pool({ threads: 3 });
  const answered = [];
  for (let call = 0; call < 4; call += 1) answered.push(...threads(await model.predict(rows(1))));
  assert.equal(new Set(answered).size, 1);
});

test("fallbacks are counted thread by thread", async () => {
  const model = await pool({ modules: { first: leanModule, full: async () => emptyModule } });
  const { outputs } = await model.predict(rows(4, { 0: ODD.rare, 3: ODD.rare }));
  assert.equal(outputs.sum.data[3], ODD.rare + 7 / 8);
  await model.predict(rows(4, { 0: ODD.rare, 3: ODD.rare }));
  assert.deepEqual(model.stats, { predictions: 2, traps: 0, fallbacks: 2 });
});

test("the caller keeps its buffers, which may be changed at once, unless it gives them away", async () => {
  const model = await pool();
  const [kept, given] = [rows(8), rows(8)];
  const call = model.predict(kept);
  kept.fill(99);
  assert.equal((await call).outputs.sum.data[7], 29 / 8);
  const { outputs } = await model.predict({ x: { data: given, shape: [8, 2] } }, { transfer: true });
  assert.equal(outputs.sum.data[7], 29 / 8);
  assert.equal(given.byteLength, 0);
  const both = { inputs: rows(8), outputs: () => 1 };
  await assert.rejects(model.predict(both, { transfer: true }), { code: "invalid", message: /can't be sent/ });
});

test("an abort drops what has not begun", async () => {
  const model = await pool();
  const controller = new AbortController();
  const long = model.predict(rows(300));
  await new Promise((resolve) => setTimeout(resolve, 5));
  // Both threads are at work: this one's parts wait.
  const waiting = model.predict(rows(1500), { signal: controller.signal });
  controller.abort();
  await assert.rejects(waiting, { name: "AbortError" });
  const begun = performance.now();
  assert.equal((await long).outputs.sum.data.length, 300);
  assert.equal((await model.predict(rows(2))).outputs.sum.data.length, 2);
  assert.ok(performance.now() - begun < 2000, "the dropped call was run");
});

test("dispose rejects every call that has no answer yet, and ends all threads", async () => {
  const before = alive.size;
  const model = await pool({ threads: 3 });
  assert.equal(alive.size, before + 3);
  const calls = [1500, 1501, 1502].map((count) => model.predict(rows(count)));
  await new Promise((resolve) => setTimeout(resolve, 20));
  calls.push(model.predict(rows(8)));
  model.dispose();
  for (const { reason } of await Promise.allSettled(calls)) assert.equal(reason?.code, "disposed");
  await assert.rejects(model.predict(rows(2)), { code: "disposed" });
  for (let wait = 0; alive.size > before && wait < 100; wait += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(alive.size, before);
});

test("where one thread can't start, none stays", async () => {
  const before = alive.size;
  let count = 0;
  const broken = new URL("data:text/javascript,throw new Error('no such script')");
  const beginning = { begin: () => begin((count += 1) === 2 ? broken : SCRIPT), simd: "baseline", modules: { first: emptyModule } };
  await assert.rejects(Pool.start(beginning, { threads: 3 }), { code: "load", message: /no such script/ });
  for (let wait = 0; alive.size > before && wait < 100; wait += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(alive.size, before);
});
