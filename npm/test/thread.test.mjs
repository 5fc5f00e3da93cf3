import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";
import { Model } from "../dist/runtime/model.js";
import { Pool } from "../dist/runtime/pool.js";
import { description, emptyModule } from "../fixtures/fake-engine.mjs";
import { handleOf } from "../fixtures/handle.mjs";

const runners = [];
after(() => runners.forEach((runner) => runner.dispose()));

const SCRIPT = new URL("../fixtures/fake-thread.mjs", import.meta.url);

const begin = (script = SCRIPT) => handleOf(new Worker(script));

async function start(simd = "baseline", modules = { first: emptyModule }) {
  const runner = await Pool.start({ begin: () => begin(), simd, modules }, { threads: 1 });
  runners.push(runner);
  return runner;
}

test("a model on a thread describes itself and answers as one on this thread", async () => {
  const runner = await start();
  assert.deepEqual(runner.description, description);
  const { outputs, options } = await runner.run({ x: [1, 2] }, { topK: 3 }, {});
  assert.deepEqual(outputs.y.data, Float32Array.of(1, 2));
  assert.deepEqual(options, { topK: 3 });
  assert.deepEqual(runner.stats, { predictions: 1, traps: 0, fallbacks: 0 });
});

test("errors keep code, message and problems across the thread", async () => {
  const runner = await start();
  await assert.rejects(runner.run({ refuse: true }, {}, {}), {
    name: "OnnxletError",
    code: "invalid",
    message: "x: expected 2 values",
    problems: [{ field: "x", message: "expected 2 values" }],
  });
  await assert.rejects(runner.run({ panic: "boom" }, {}, {}), { code: "engine", message: /boom/ });
  await runner.run({ x: [1] }, {}, {});
  assert.deepEqual(runner.stats, { predictions: 1, traps: 1, fallbacks: 0 });
});

test("the caller keeps its buffers unless it gives them away", async () => {
  const runner = await start();
  const kept = Float32Array.of(1, 2);
  const { outputs } = await runner.run({ x: kept }, {}, {});
  assert.deepEqual(outputs.y.data, Float32Array.of(1, 2));
  assert.equal(kept.byteLength, 8);

  const given = Float32Array.of(3);
  assert.equal((await runner.run({ x: given }, {}, { transfer: true })).outputs.y.data[0], 3);
  assert.equal(given.byteLength, 0);
});

test("an input may be changed as soon as predict was called, even while its call waits", async () => {
  const model = new Model(await start());
  const x = Float32Array.of(1);
  const first = model.predict({ x, spin: 50 });
  const second = model.predict({ x });
  x[0] = 99;
  assert.equal((await first).outputs.y.data[0], 1);
  assert.equal((await second).outputs.y.data[0], 1);
});

test("an abort rejects a running call at once, and drops a waiting one", async () => {
  const runner = await start();
  const model = new Model(runner);
  const running = new AbortController();
  const waiting = new AbortController();
  const begun = performance.now();
  const calls = [
    model.predict({ spin: 400 }, { signal: running.signal }),
    model.predict({ spin: 5000 }, { signal: waiting.signal }),
    model.predict({ x: [3] }),
  ];
  setTimeout(() => {
    running.abort();
    waiting.abort(new Error("not needed"));
  }, 20);
  await assert.rejects(calls[0], { name: "AbortError" });
  assert.ok(performance.now() - begun < 300, "the running call was waited for");
  await assert.rejects(calls[1], { message: "not needed" });
  assert.equal((await calls[2]).outputs.y.data[0], 3);
  assert.ok(performance.now() - begun < 4000, "the dropped call was run");
  assert.equal(model.stats.predictions, 2);
});

test("a thread that dies rejects its call, and the next call begins another", async () => {
  const runner = await start();
  await runner.run({ x: [1] }, {}, {});
  const [dead, next] = await Promise.allSettled([runner.run({ exit: true }, {}, {}), runner.run({ x: [4] }, {}, {})]);
  assert.equal(dead.reason.code, "engine");
  assert.match(dead.reason.message, /exit code 7/);
  assert.equal(next.value.outputs.y.data[0], 4);
  assert.deepEqual(runner.stats, { predictions: 2, traps: 1, fallbacks: 0 });
});

test("what can't be posted is refused, and the thread lives on", async () => {
  const runner = await start();
  await assert.rejects(runner.run({ x: () => 1 }, {}, {}), { code: "invalid", message: /can't be sent/ });
  assert.equal((await runner.run({ x: [1] }, {}, {})).outputs.y.data[0], 1);
  assert.equal(runner.stats.traps, 0);
});

test("dispose rejects every call that has no answer yet", async () => {
  const runner = await start();
  const calls = [runner.run({ spin: 5000 }, {}, {}), runner.run({ x: [1] }, {}, {})];
  runner.dispose();
  for (const { reason } of await Promise.allSettled(calls)) assert.equal(reason?.code, "disposed");
});

test("a thread that can't start is a load error", async () => {
  await assert.rejects(start("relaxed"), { code: "load", message: /relaxed/ });
});

test("a thread whose script fails is a load error", async () => {
  const broken = () => begin(new URL("data:text/javascript,throw new Error('no such script')"));
  const starting = Pool.start({ begin: broken, simd: "baseline", modules: { first: emptyModule } }, { threads: 1 });
  await assert.rejects(starting, { code: "load", message: /no such script/ });
});
