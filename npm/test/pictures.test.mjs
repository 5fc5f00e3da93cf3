// Encoded pictures: their decoder is loaded when the first one comes.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Worker } from "node:worker_threads";
import { Instance } from "../dist/runtime/instance.js";
import { loader } from "../dist/runtime/load.js";
import { makers } from "../dist/runtime/modules.js";
import { Pool } from "../dist/runtime/pool.js";
import { createDecoder, createEngine, decoders, description, emptyModule, leanModule, scripts } from "../fixtures/fake-engine.mjs";
import { handleOf } from "../fixtures/handle.mjs";

mock.method(console, "warn", () => {});
const picture = (...bytes) => ({ picture: Uint8Array.from(bytes) });
const pixelsOf = ({ outputs }) => [...outputs.y.data];

/** An instance, and how often the decoder's module was asked for. */
async function start(pictures = async () => emptyModule, first = emptyModule) {
  const asked = mock.fn(pictures);
  const modules = { first, full: async () => emptyModule, pictures: asked };
  const glue = { description, createEngine, pictures: async () => createDecoder };
  return { instance: await Instance.start(makers(glue, modules)), asked };
}

test("the decoder is asked for at the first picture, and only then", async () => {
  const { instance, asked } = await start();
  await instance.run({ x: [1] }, {});
  assert.equal(asked.mock.callCount(), 0);
  assert.deepEqual(pixelsOf(await instance.run(picture(1, 2), {})), [1, 2]);
  assert.deepEqual(pixelsOf(await instance.run(picture(3), {})), [3]);
  assert.equal(asked.mock.callCount(), 1);
  assert.deepEqual(instance.stats, { predictions: 3, traps: 0, fallbacks: 0 });
});

test("the caller may change its picture while the decoder is fetched", async () => {
  const { instance } = await start(() => new Promise((resolve) => setTimeout(resolve, 20, emptyModule)));
  const input = picture(7);
  const calls = [instance.run(input, {}), instance.run(input, {})];
  input.picture[0] = 9;
  assert.deepEqual((await Promise.all(calls)).map(pixelsOf), [[7], [7]]);
});

test("a decoder that can't be had costs only the call", async () => {
  const { instance } = await start(mock.fn(async () => emptyModule, () => Promise.reject(new TypeError("no network")), { times: 1 }));
  await assert.rejects(instance.run(picture(1), {}), { code: "load", message: /decoder of pictures.*no network/ });
  assert.equal((await instance.run({ x: [4] }, {})).outputs.y.data[0], 4);
  assert.deepEqual(pixelsOf(await instance.run(picture(1), {})), [1]);
});

test("a decoder that stops refuses that picture, and another one decodes the next", async () => {
  const { instance } = await start();
  await assert.rejects(instance.run(picture(255), {}), { code: "malformed", message: /decoder stopped/ });
  const before = decoders.count;
  await assert.rejects(instance.run(picture(255), {}), { code: "malformed", message: /decoder stopped/ });
  assert.deepEqual(pixelsOf(await instance.run(picture(1), {})), [1]);
  assert.ok(decoders.count > before);
  assert.deepEqual(instance.stats, { predictions: 1, traps: 0, fallbacks: 0 });
});

test("what the decoder refuses, the engine refuses", async () => {
  const { instance } = await start();
  await assert.rejects(instance.run({ picture: new Uint8Array() }, {}), { code: "malformed", message: "nothing" });
});

test("a call may need both the full module and the decoder", async () => {
  const { instance } = await start(undefined, leanModule);
  await instance.run({ rare: true }, {});
  assert.deepEqual(pixelsOf(await instance.run(picture(5), {})), [5]);
  assert.deepEqual(instance.stats, { predictions: 2, traps: 0, fallbacks: 1 });
});

test("load fetches the decoder's own file, or the one that is given", async () => {
  const compiled = [];
  const file = (name) => ({ address: new URL(`file:///${name}.wasm`), bytes: 8 });
  const load = loader({
    scripts: { ...scripts, pictures: async () => createDecoder },
    addresses: { baseline: { full: file("full") } },
    decoder: file("pictures"),
    async compile(address) {
      compiled.push(String(address));
      return emptyModule;
    },
    beginThread: () => assert.fail("no thread was asked for"),
  });
  await (await load()).predict(picture(1));
  assert.deepEqual(compiled, ["file:///full.wasm", "file:///pictures.wasm"]);
  const asked = [];
  const model = await load({ wasm: (simd, part) => (asked.push(`${part}.${simd}`), emptyModule) });
  await model.predict(picture(1));
  assert.deepEqual(asked, ["full.baseline", "pictures.baseline"]);
  assert.equal(compiled.length, 2);
});

test("on a thread, the decoder's module is handed over at the first picture", async () => {
  const worker = () => new Worker(new URL("../fixtures/fake-thread.mjs", import.meta.url), { stderr: true });
  const begin = () => handleOf(worker());
  const pictures = mock.fn(async () => emptyModule);
  const runner = await Pool.start({ begin, simd: "baseline", modules: { first: leanModule, full: async () => emptyModule, pictures } }, { threads: 1 });
  assert.deepEqual(pixelsOf(await runner.run(picture(6), {}, { transfer: true })), [6]);
  await runner.run({ rare: true }, {}, {});
  assert.deepEqual(pixelsOf(await runner.run(picture(8), {}, {})), [8]);
  assert.equal(pictures.mock.callCount(), 1);
  assert.deepEqual(runner.stats, { predictions: 3, traps: 0, fallbacks: 1 });
  runner.dispose();
});
