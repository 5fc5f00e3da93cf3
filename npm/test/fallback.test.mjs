// A trimmed engine that meets a call it has no code for.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Worker } from "node:worker_threads";
import { Instance } from "../dist/runtime/instance.js";
import { loader } from "../dist/runtime/load.js";
import { Pool } from "../dist/runtime/pool.js";
import { createEngine, description, emptyModule, leanModule, made, scripts } from "../fixtures/fake-engine.mjs";

const warnings = mock.method(console, "warn", () => {});
beforeEach(() => warnings.mock.resetCalls());

/** An instance that begins lean, and how often its full module was asked for. */
async function start(full = async () => emptyModule) {
  const asked = mock.fn(full);
  const makers = { description, first: () => createEngine(leanModule), full: async () => createEngine(await asked()) };
  return { instance: await Instance.start(makers), asked };
}

test("a call that the lean engine has no code for is answered by the full one, and counted", async () => {
  const { instance, asked } = await start();
  await instance.run({ x: [1] }, {});
  assert.equal(asked.mock.callCount(), 0);
  const { outputs } = await instance.run({ x: [7], rare: true }, {});
  assert.deepEqual(outputs.y.data, Float32Array.of(7));
  assert.deepEqual(instance.stats, { predictions: 2, traps: 0, fallbacks: 1 });
});

test("the full engine stays, and the console is told once", async () => {
  const { instance, asked } = await start();
  await instance.run({ rare: true }, {});
  const before = made.count;
  await instance.run({ rare: true }, {});
  await instance.run({ x: [1] }, {});
  assert.equal(made.count, before);
  assert.equal(asked.mock.callCount(), 1);
  assert.equal(warnings.mock.callCount(), 1);
  assert.match(warnings.mock.calls[0].arguments[0], /^onnxlet: fake: .*trimmed away/);
});

test("a panic in the lean engine is a panic: told, and answered by a fresh lean engine", async () => {
  const { instance, asked } = await start();
  await assert.rejects(instance.run({ panic: "boom" }, {}), { code: "engine", message: /boom/ });
  await instance.run({ x: [1] }, {});
  assert.equal(asked.mock.callCount(), 0);
  assert.deepEqual(instance.stats, { predictions: 1, traps: 1, fallbacks: 0 });
});

test("a panic that the lean engine could not tell is told by the full one", async () => {
  const { instance } = await start();
  await instance.run({ rare: true }, {});
  await assert.rejects(instance.run({ panic: "boom", rare: true }, {}), { code: "engine", message: /boom/ });
  await instance.run({ x: [1], rare: true }, {});
  assert.deepEqual(instance.stats, { predictions: 2, traps: 1, fallbacks: 1 });
});

test("the caller may change its input while the full module is fetched", async () => {
  const { instance } = await start(() => new Promise((resolve) => setTimeout(resolve, 20, emptyModule)));
  const x = Float32Array.of(1);
  const calls = [instance.run({ x, rare: true }, {}), instance.run({ x }, {})];
  x[0] = 99;
  const answers = await Promise.all(calls);
  assert.deepEqual(answers.map(({ outputs }) => outputs.y.data[0]), [1, 1]);
});

test("calls that overlap a fallback are all answered", async () => {
  const { instance } = await start();
  const inputs = [{ rare: true, x: [1] }, { rare: true, x: [2] }, { x: [3] }, { rare: true, x: [4] }];
  const answers = await Promise.all(inputs.map((input) => instance.run(input, {})));
  assert.deepEqual(answers.map(({ outputs }) => outputs.y.data[0]), [1, 2, 3, 4]);
  assert.equal(instance.stats.predictions, 4);
  assert.equal(instance.stats.traps, 0);
});

test("where the full module can't be had, the call says so, and the lean engine goes on", async () => {
  const { instance } = await start(() => Promise.reject(new TypeError("no network")));
  await assert.rejects(instance.run({ rare: true }, {}), { code: "load", message: /no network/ });
  const { outputs } = await instance.run({ x: [1] }, {});
  assert.equal(outputs.y.data[0], 1);
});

test("an engine that lacks nothing has nothing to fall back to", async () => {
  const instance = await Instance.start({ description, first: () => createEngine(leanModule) });
  await assert.rejects(instance.run({ rare: true }, {}), { code: "engine", message: /unreachable/ });
  assert.deepEqual(instance.stats, { predictions: 0, traps: 1, fallbacks: 0 });
});

test("load fetches the full module only when it is needed, and a failure only costs that call", async () => {
  const compiled = [];
  const file = (name) => ({ address: new URL(`file:///${name}.wasm`), bytes: 8 });
  const load = loader({
    scripts,
    addresses: { baseline: { lean: file("lean"), full: file("full") } },
    async compile(address) {
      compiled.push(String(address));
      if (compiled.length === 2) throw new TypeError("no network");
      return compiled.length === 1 ? leanModule : emptyModule;
    },
    beginThread: () => assert.fail("no thread was asked for"),
  });
  const model = await load();
  assert.deepEqual(compiled, ["file:///lean.wasm"]);
  await assert.rejects(model.predict({ rare: true }), { code: "load" });
  assert.equal((await model.predict({ rare: true, x: [5] })).outputs.y.data[0], 5);
  assert.deepEqual(compiled, ["file:///lean.wasm", "file:///full.wasm", "file:///full.wasm"]);
  assert.deepEqual(model.stats, { predictions: 1, traps: 0, fallbacks: 2 });
});

test("a function that says where the files are is asked for each part", async () => {
  const asked = [];
  const file = { address: new URL("file:///a.wasm"), bytes: 8 };
  const load = loader({
    scripts,
    addresses: { baseline: { lean: file, full: file } },
    compile: () => assert.fail("the package's own files were not asked for"),
    beginThread: () => assert.fail("no thread was asked for"),
  });
  const wasm = (simd, part) => {
    asked.push(`${part}.${simd}`);
    return part === "lean" ? leanModule : emptyModule;
  };
  const model = await load({ wasm });
  assert.deepEqual(asked, ["lean.baseline"]);
  await model.predict({ rare: true });
  assert.deepEqual(asked, ["lean.baseline", "full.baseline"]);
});

function begin() {
  const worker = new Worker(new URL("../fixtures/fake-thread.mjs", import.meta.url), { stderr: true });
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen(onReply, onDeath) {
      worker.on("message", onReply);
      worker.on("exit", (code) => onDeath(`exit code ${code}`));
    },
    terminate: () => void worker.terminate(),
  };
}

test("on a thread, the full module is handed over when a call needs it", async () => {
  const full = mock.fn(async () => emptyModule);
  const runner = await Pool.start({ begin, simd: "baseline", modules: { first: leanModule, full } }, { threads: 1 });
  const given = Float32Array.of(6);
  const calls = [runner.run({ x: given, rare: true }, {}, { transfer: true }), runner.run({ x: [2], rare: true }, {}, {})];
  const answers = await Promise.all(calls);
  assert.deepEqual(answers.map(({ outputs }) => outputs.y.data[0]), [6, 2]);
  assert.equal(full.mock.callCount(), 1);
  assert.deepEqual(runner.stats, { predictions: 2, traps: 0, fallbacks: 1 });
  runner.dispose();
});

test("on a thread, a full module that can't be had costs only the call", async () => {
  const full = () => Promise.reject(new TypeError("no network"));
  const runner = await Pool.start({ begin, simd: "baseline", modules: { first: leanModule, full } }, { threads: 1 });
  await assert.rejects(runner.run({ rare: true }, {}, {}), { message: /no network/ });
  assert.equal((await runner.run({ x: [2] }, {}, {})).outputs.y.data[0], 2);
  runner.dispose();
});
