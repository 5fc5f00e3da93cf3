import assert from "node:assert/strict";
import { test } from "node:test";
import { loader } from "../dist/runtime/load.js";
import { chooseSimd, supportedSimd } from "../dist/runtime/simd.js";
import { createEngine, emptyModule, scripts } from "../fixtures/fake-engine.mjs";

/** A host that remembers what it was asked to compile. */
function fakeHost(beginThread = () => assert.fail("no thread was asked for")) {
  const compiled = [];
  const relaxed = { full: { address: new URL("file:///relaxed.wasm"), bytes: 11 } };
  const baseline = { full: { address: new URL("file:///baseline.wasm"), bytes: 10 } };
  const host = {
    scripts: { ...scripts, engines: { relaxed: createEngine, baseline: createEngine } },
    addresses: { relaxed, baseline },
    async compile(address, { total }) {
      compiled.push({ address: String(address), total });
      return emptyModule;
    },
    beginThread,
  };
  return { load: loader(host), compiled };
}

test("the baseline build is supported here, and auto takes the fastest build that host and package have", () => {
  const [both, slow, none] = [new Set(["relaxed", "baseline"]), new Set(["baseline"]), new Set()];
  assert.ok(supportedSimd().has("baseline"));
  assert.equal(chooseSimd("auto", both, both), "relaxed");
  assert.equal(chooseSimd("auto", slow, both), "baseline");
  assert.equal(chooseSimd("auto", both, slow), "baseline");
  assert.throws(() => chooseSimd("auto", none, both), { code: "load", message: /no WebAssembly SIMD/ });
  assert.throws(() => chooseSimd("relaxed", slow, both), { code: "load", message: /it has: baseline/ });
  assert.throws(() => chooseSimd("relaxed", both, slow), { code: "load", message: /package has no relaxed/ });
  assert.throws(() => chooseSimd("auto", slow, new Set(["relaxed"])), { code: "load", message: /package has: relaxed/ });
});

test("relaxed SIMD is found exactly where the engine of this Node has it", () => {
  const [major] = process.versions.node.split(".").map(Number);
  assert.equal(supportedSimd().has("relaxed"), major >= 22);
});

test("load takes the package's own file, or the one it is given", async () => {
  const { load, compiled } = fakeHost();
  const model = await load({ simd: "baseline" });
  assert.equal((await model.predict({ x: [1] })).outputs.y.data[0], 1);
  await load({ simd: "baseline", wasm: "https://example.com/a.wasm" });
  await load({ simd: "baseline", wasm: (simd) => new URL(`https://example.com/${simd}.wasm`) });
  assert.deepEqual(compiled, [
    { address: "file:///baseline.wasm", total: 10 },
    { address: "https://example.com/a.wasm", total: undefined },
    { address: "https://example.com/baseline.wasm", total: undefined },
  ]);
});

test("load takes a module, bytes, or a response", async () => {
  const { load, compiled } = fakeHost();
  const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  for (const wasm of [emptyModule, bytes, bytes.buffer, new Response(bytes)]) {
    assert.equal((await load({ wasm })).describe().name, "fake");
  }
  assert.deepEqual(compiled, []);
});

test("wrong options are refused by name", async () => {
  const { load } = fakeHost();
  await assert.rejects(load({ simd: "avx512" }), { code: "load", message: /^simd: expected .* got "avx512"/ });
  for (const threads of [0, -1, 1.5, 257, Number.NaN, "2"]) {
    await assert.rejects(load({ threads }), { code: "load", message: /^threads: expected a whole number from 1 to 256, got / });
  }
  await assert.rejects(load({ threads: 2, offThread: false }), { code: "load", message: /^threads: expected none with offThread/ });
  await assert.rejects(load({ splitBatch: true }), { code: "load", message: /^splitBatch: .*without threads/ });
  await assert.rejects(load({ wasm: 5 }), { code: "load", message: /^wasm: expected .* got Number/ });
  const noModule = { wasm: Uint8Array.of(1, 2) };
  await assert.rejects(load(noModule), { code: "load", message: /^wasm: expected a WebAssembly module/ });
});

test("any number of threads is given the one compiled module", async () => {
  for (const [options, count] of [[{ offThread: true }, 1], [{ threads: 1 }, 1], [{ threads: 3, splitBatch: true }, 3], [{ threads: 2, offThread: true }, 2]]) {
    const started = [];
    const { load, compiled } = fakeHost(() => {
      let told;
      const post = (request) => {
        started.push(request);
        queueMicrotask(() => told({ type: "started", description: scripts.describe() }));
      };
      return { post, listen: (onReply) => void (told = onReply), terminate() {} };
    });
    const model = await load(options);
    assert.equal(model.describe().name, "fake");
    assert.deepEqual([compiled.length, started.length], [1, count]);
    assert.ok(started.every(({ module }) => module === emptyModule));
    model.dispose();
  }
});

test("an aborted load rejects at once", async () => {
  const { load } = fakeHost();
  await assert.rejects(load({ signal: AbortSignal.abort() }), { name: "AbortError" });
  const controller = new AbortController();
  const loading = load({ signal: controller.signal });
  controller.abort();
  await assert.rejects(loading, { name: "AbortError" });
});
