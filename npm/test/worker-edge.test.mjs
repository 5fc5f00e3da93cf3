// The Worker's shim and Cloudflare's cache, around an engine without wasm.
import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { service } from "../../worker/js/service.js";
import { counting } from "../fixtures/counting.mjs";
import { emptyModule } from "../fixtures/fake-engine.mjs";

const log = mock.method(console, "log", () => {});
afterEach(() => {
  Reflect.deleteProperty(globalThis, "caches");
  log.mock.resetCalls();
});

const URL_OF_ANSWER = "https://a/.onnxlet/answers/00";

/** A Worker whose engine keeps one answer in its memory, and the cache that it finds. */
function start({ stored = new Map(), broken = false, looks = true } = {}) {
  const state = { memory: undefined, predictions: 0, stored };
  const create = () => ({
    ...counting(),
    begin() {},
    lastPanic: () => undefined,
    bodyLimit: () => 100,
    looksAtEdge: () => looks,
    edgeKey: () => (state.memory === undefined ? URL_OF_ANSWER : undefined),
    keep(request, env, url, kept, body) {
      assert.deepEqual([url, kept.headers.get("content-type")], [URL_OF_ANSWER, "application/json"]);
      state.memory = new TextDecoder().decode(body);
    },
    kept: () => state.memory && new Response(state.memory, { headers: { "content-type": "application/json" } }),
    answer() {
      if (state.memory === undefined) {
        state.predictions += 1;
        state.memory = '{"a":1}';
      }
      return new Response(state.memory);
    },
  });
  const failed = () => Promise.reject(new Error("no cache today"));
  const cache = {
    match: async (url) => (broken ? failed() : stored.has(url) ? stored.get(url).clone() : undefined),
    put: async (url, response) => (broken ? failed() : void stored.set(url, response)),
  };
  Object.defineProperty(globalThis, "caches", { value: { default: cache }, configurable: true });
  const worker = service({ create, first: emptyModule, full: undefined });
  const send = async () => {
    const waited = [];
    const context = { waitUntil: (promise) => waited.push(promise) };
    const response = await worker.fetch(new Request("https://a/predict", { method: "POST", body: "hi", duplex: "half" }), {}, context);
    await Promise.all(waited);
    return response.text();
  };
  return { state, send };
}

test("what one isolate answered, another one need not predict", async () => {
  const { state: first, send } = start();
  assert.equal(await send(), '{"a":1}');
  assert.deepEqual([...first.stored.keys()], [URL_OF_ANSWER]);
  const { state: second, send: sendToSecond } = start({ stored: first.stored });
  assert.equal(await sendToSecond(), '{"a":1}');
  assert.deepEqual([first.predictions, second.predictions], [1, 0]);
});

test("a cache that fails is told of, and the model answers", async () => {
  const { state, send } = start({ broken: true });
  assert.equal(await send(), '{"a":1}');
  assert.equal(state.predictions, 1);
  const { level, message, error } = JSON.parse(log.mock.calls[0].arguments[0]);
  assert.deepEqual([level, message, error], ["warn", "cache unreadable", "Error: no cache today"]);
});

test("nobody looks there where the settings don't ask for it", async () => {
  const { state, send } = start({ looks: false });
  await send();
  assert.equal(state.stored.size, 0);
});

test("without a cache, as outside of Workers, the model answers", async () => {
  const { state, send } = start();
  Reflect.deleteProperty(globalThis, "caches");
  assert.equal(await send(), '{"a":1}');
  assert.equal(state.predictions, 1);
});
