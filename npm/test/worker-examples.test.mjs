// The requests that the bake of a Worker makes, and what it keeps of the answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bodiesOf, spellings } from "../dist/bake/worker/bodies.js";
import { heads } from "../dist/bake/worker/heads.js";
import { attempt } from "../dist/bake/worker/http-call.js";
import { counting } from "../fixtures/counting.mjs";
import { jsonOf } from "../dist/bake/worker/json.js";
import { groupsOf } from "../dist/bake/worker/set.js";
import { SETTINGS } from "../dist/bake/worker/settings.js";

const description = {
  name: "m",
  version: "1.0.0",
  digest: "",
  inputs: [{ name: "x", dtype: "float32", shape: ["N", 4] }],
  outputs: [{ name: "y", dtype: "float32", shape: ["N", 2] }],
  card: {},
  engine: {},
};

const text = (bytes) => new TextDecoder().decode(bytes);

/** A Worker that says what it was asked; it remembers the paths. */
function fakeWorker({ said = () => new Response("ok") } = {}) {
  const asked = [];
  const { counted, ...counters } = counting();
  const engine = {
    ...counters,
    begin() {},
    lastPanic: () => undefined,
    bodyLimit: () => 1000,
    answer(request, env, body) {
      asked.push({ method: request.method, path: new URL(request.url).pathname, body: text(body) });
      return said(request);
    },
    answerTooLarge: () => new Response(null, { status: 413 }),
    answerBroken: () => new Response(null, { status: 400 }),
    sender: () => "address:unknown",
    answerRateLimited: () => new Response(null, { status: 429 }),
    forget() {},
    looksAtEdge: () => false,
    answerCrash: () => new Response(null, { status: 500 }),
  };
  return { engine, asked, counted };
}

test("values become the JSON that a client would send", () => {
  assert.equal(jsonOf({ a: [1, Number.NaN, null, true, "é"], b: undefined, c: 2n ** 64n }), '{"a":[1,null,null,true,"é"],"c":18446744073709551616}');
  assert.equal(jsonOf(Float32Array.of(0.5, 2)), "[0.5,2]");
  assert.equal(jsonOf({ data: Uint8Array.of(1, 2), shape: [2] }), '{"data":[1,2],"shape":[2]}');
  assert.equal(jsonOf([Uint8Array.of(1, 2, 3)]), '[{"base64":"AQID"}]');
  assert.equal(jsonOf(BigInt64Array.of(-5n)), "[-5]");
});

test("what only JavaScript can say has no JSON", () => {
  const pixels = { data: new Uint8ClampedArray(4), width: 1, height: 1 };
  for (const value of [undefined, () => 1, Symbol("s"), new Map(), new Date(0), [() => 1], { a: pixels }]) {
    assert.equal(jsonOf(value), undefined, String(typeof value));
  }
});

test("examples become bodies, each text once, options in the envelope", () => {
  const bodies = bodiesOf([
    { about: "a", input: [1, 2] },
    { about: "the same", input: Float64Array.of(1, 2) },
    { about: "options", input: [1, 2], options: { topK: 2, outputs: ["y"] } },
    { about: "a picture", input: Uint8Array.of(0xff, 0xd8) },
    { about: "a function", input: () => 1 },
  ]);
  assert.deepEqual(bodies.map(({ about, type }) => [about, type]), [
    ["a", "application/json"],
    ["options", "application/json"],
    ["a picture", "image/jpeg"],
  ]);
  assert.equal(text(bodies[1].bytes), '{"inputs":[1,2],"outputs":["y"],"top_k":2}');
});

test("numbers are spelled in every way, and right JSON is right", () => {
  const bodies = spellings(description.inputs, () => 1);
  const texts = bodies.map(({ about, bytes }) => ({ about, text: text(bytes) }));
  const right = texts.filter(({ about }) => !/broken|UTF|cut/.test(about));
  for (const { about, text } of right) assert.doesNotThrow(() => JSON.parse(text), about);
  for (const spelling of ["-0.0", "1E+2", "1e-400", "18446744073709551616"]) {
    assert.ok(texts.some(({ text }) => text.includes(spelling)), spelling);
  }
});

test("every route is asked with every method, and every header that the Worker reads is set", () => {
  const all = heads();
  for (const path of ["/predict", "/model", "/version", "/healthz", "/readyz", "/metrics", "/openapi.json", "/nope"]) {
    for (const method of ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"]) {
      assert.ok(all.some((call) => call.method === method && new URL(call.url).pathname === path), `${method} ${path}`);
    }
  }
  for (const header of ["accept", "content-type", "content-encoding", "content-length", "x-request-id", "origin"]) {
    assert.ok(all.some(({ headers }) => headers.some(([name]) => name === header)), header);
  }
  assert.ok(all.some(({ body }) => body === "broken"));
  assert.ok(all.some(({ body }) => body === "crashed"));
});

test("each setting is tried in an instance of its own, the panic last of all", async () => {
  const { engine } = fakeWorker();
  const groups = await groupsOf(description, engine, [{ about: "mine", input: [9, 9, 9, 9] }]);
  assert.equal(groups.length, SETTINGS.length + 1);
  assert.deepEqual(groups.slice(0, -1).map(({ env }) => env), SETTINGS.map(({ env }) => env));
  assert.deepEqual(groups.at(-1).calls.map(({ unreadable }) => unreadable), [true]);
  assert.ok(groups[0].calls.some(({ body }) => body instanceof Uint8Array && text(body) === "[9,9,9,9]"));
  assert.ok(groups.every(({ calls }) => calls.length > 0));
});

test("an outcome has status, headers, body and log; the console and randomness are given back", async () => {
  const write = console.log;
  const random = crypto.getRandomValues;
  const said = () => {
    console.log("a line");
    return new Response(crypto.getRandomValues(new Uint8Array(2)), { status: 201, headers: { b: "c" } });
  };
  const { engine } = fakeWorker({ said });
  const call = { about: "", method: "POST", url: "http://a/", headers: [], body: Uint8Array.of(1) };
  const outcome = await attempt(engine, {}, call);
  assert.deepEqual(outcome, { limit: 1000, status: 201, headers: [["b", "c"]], body: Uint8Array.of(1, 38), log: [["a line"]] });
  assert.deepEqual(await attempt(engine, {}, call), outcome);
  assert.equal(console.log, write);
  assert.equal(crypto.getRandomValues, random);
});

test("an engine that stops has no outcome, one that panics its message", async () => {
  const stopping = (lastPanic) => ({ ...fakeWorker().engine, bodyLimit: () => assert.fail("stop"), lastPanic });
  const call = { about: "", method: "GET", url: "http://a/", headers: [], body: new Uint8Array() };
  const write = console.log;
  assert.equal(await attempt(stopping(() => undefined), {}, call), undefined);
  assert.equal(await attempt(stopping(() => assert.fail("gone too")), {}, call), undefined);
  assert.deepEqual(await attempt(stopping(() => "boom"), {}, call), { panic: "boom" });
  assert.equal(console.log, write);
});

test("what was counted before changes no answer", async () => {
  const { engine, counted } = fakeWorker({ said: () => new Response(String(counted[0])) });
  const call = { about: "", method: "GET", url: "http://a/metrics", headers: [], body: new Uint8Array() };
  const outcomes = [];
  for (const before of [0n, 5n, 2n ** 63n]) {
    counted[0] = before;
    outcomes.push(await attempt(engine, {}, call));
  }
  assert.deepEqual(outcomes[1], outcomes[0]);
  assert.deepEqual(outcomes[2], outcomes[0]);
  assert.notEqual(text(outcomes[0].body), "0", "a counter that is 0 would leave out how others are written");
});

test("every variable is set, in a way that makes sense and in one that doesn't", async () => {
  const { readFileSync } = await import("node:fs");
  const list = readFileSync(new URL("../../worker/src/http/config/variables.rs", import.meta.url), "utf8");
  const names = [...new Set(list.match(/ONNXLET_[A-Z_]+/g))];
  assert.ok(names.length > 10);
  for (const name of names) {
    const values = SETTINGS.filter(({ env }) => name in env).map(({ about }) => about);
    assert.ok(values.some((about) => !/wrong|the value/.test(about)), `${name} in a way that makes sense`);
    assert.ok(values.some((about) => /wrong/.test(about)), `${name} in a way that doesn't`);
  }
});
