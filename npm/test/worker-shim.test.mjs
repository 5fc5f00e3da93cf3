// The Worker's shim around engines without wasm: what replaces an instance that stopped.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { service } from "../../worker/js/service.js";
import { counting } from "../fixtures/counting.mjs";
import { emptyModule, leanModule } from "../fixtures/fake-engine.mjs";

const log = mock.method(console, "log", () => {});
beforeEach(() => log.mock.resetCalls());

const trap = () => {
  throw new WebAssembly.RuntimeError("unreachable");
};

/**
 * A Worker that answers with the module and the number of its instance. A request's path says what goes wrong: `/rare`
 * stops the lean module, `/always` both, `/panic` panics, `/deep` overflows; at the look that `?at=` names.
 */
function start({ trimmed = true, panicsToo = false } = {}) {
  const made = [];
  const create = (module) => {
    const name = module === leanModule ? "lean" : "full";
    let panic;
    const look = (request, at) => {
      const { pathname, searchParams } = new URL(request.url);
      if (Number(searchParams.get("at") ?? 2) !== at) return;
      if (pathname === "/rare" && name === "lean") trap();
      if (pathname === "/always") trap();
      if (pathname === "/deep") throw new RangeError("Maximum call stack size exceeded");
      if (pathname !== "/panic") return;
      panic = "panicked at src/x.rs:1";
      trap();
    };
    const { counted, ...counters } = counting();
    const engine = {
      ...counters,
      begin: (lean, fallbacks) => made.push({ name, lean, fallbacks }),
      lastPanic: () => panic,
      bodyLimit(request) {
        look(request, 1);
        return 100;
      },
      answer(request, env, body) {
        look(request, 2);
        counted[0] += 1n;
        if (request.url.endsWith("/counted")) return Response.json({ counted: Number(counted[0]), inFlight: Number(counted[1]) });
        return Response.json({ module: name, instance: made.length, body: Buffer.from(body).toString() });
      },
      answerTooLarge: () => new Response(null, { status: 413 }),
      answerBroken: () => new Response(null, { status: 400 }),
      sender: () => "address:192.0.2.1",
      answerRateLimited: () => new Response(null, { status: 429 }),
    forget() {},
    looksAtEdge: () => false,
      answerCrash(request, env, message) {
        if (panicsToo) trap();
        return Response.json({ crashed: message, module: name }, { status: 500 });
      },
    };
    return engine;
  };
  const modules = trimmed ? { first: leanModule, full: emptyModule } : { first: emptyModule, full: undefined };
  const worker = service({ create, ...modules });
  const send = async (path, body = "hi", env = {}, headers = {}) => {
    const context = { waitUntil() {} };
    const request = new Request(`http://a${path}`, { method: "POST", headers, body, duplex: "half" });
    const response = await worker.fetch(request, env, context);
    return response.status === 200 || response.status === 500 ? response.json() : response.status;
  };
  return { made, send };
}

for (const at of [1, 2]) {
  test(`the full module answers what the lean one has no code for, at look ${at}, and stays`, async () => {
    const { made, send } = start();
    assert.deepEqual(await send("/"), { module: "lean", instance: 1, body: "hi" });
    assert.deepEqual(await send(`/rare?at=${at}`), { module: "full", instance: 2, body: "hi" });
    assert.deepEqual(await send("/rare"), { module: "full", instance: 2, body: "hi" });
    assert.deepEqual(made, [{ name: "lean", lean: true, fallbacks: 0 }, { name: "full", lean: false, fallbacks: 1 }]);
    assert.equal(log.mock.callCount(), 1);
    const { level, message, error } = JSON.parse(log.mock.calls[0].arguments[0]);
    assert.deepEqual([level, message, error], ["warn", "fallback", "RuntimeError: unreachable"]);
  });

  test(`a panic at look ${at} is answered with its message, and costs a fresh lean instance`, async () => {
    const { made, send } = start();
    assert.deepEqual(await send(`/panic?at=${at}`), { crashed: "panicked at src/x.rs:1", module: "lean" });
    assert.deepEqual(await send("/"), { module: "lean", instance: 2, body: "hi" });
    assert.deepEqual(made.map(({ fallbacks }) => fallbacks), [0, 0]);
    assert.equal(log.mock.callCount(), 0);
  });

  test(`an overflow of the stack at look ${at} is no lack of code`, async () => {
    const { made, send } = start();
    assert.deepEqual(await send(`/deep?at=${at}`), { crashed: "RangeError: Maximum call stack size exceeded", module: "lean" });
    assert.equal(made.at(-1).name, "lean");
  });
}

test("a trap of the full module too is answered once, with 500", async () => {
  const { made, send } = start();
  assert.deepEqual(await send("/always"), { crashed: "RuntimeError: unreachable", module: "full" });
  assert.deepEqual(made.map(({ name }) => name), ["lean", "full", "full"]);
  assert.deepEqual(await send("/"), { module: "full", instance: 3, body: "hi" });
});

test("a Worker without a lean module has nothing to fall back to", async () => {
  const { made, send } = start({ trimmed: false });
  assert.deepEqual(await send("/always"), { crashed: "RuntimeError: unreachable", module: "full" });
  assert.deepEqual(made.map(({ lean, fallbacks }) => [lean, fallbacks]), [[false, 0], [false, 0]]);
});

test("where not even a crash can be told, the call fails and the next is answered", async () => {
  const { send } = start({ panicsToo: true });
  await assert.rejects(send("/panic"), WebAssembly.RuntimeError);
  assert.equal((await send("/")).body, "hi");
});

test("a body beyond the limit, and one that breaks off, are told apart", async () => {
  const { send } = start();
  assert.equal(await send("/", "x".repeat(101)), 413);
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
  assert.equal(await send("/", broken), 400);
});

for (const announced of ["2", "0", "1", "1000", "-1", "two", "9".repeat(16)]) {
  test(`a body is read as it is, where its length is said to be ${announced}`, async () => {
    const { send } = start();
    assert.equal((await send("/", "hi", {}, { "content-length": announced })).body, "hi");
    assert.equal(await send("/", "x".repeat(101), {}, { "content-length": announced }), 413);
  });
}

test("counters go on where an instance stopped, at a panic and at a fallback", async () => {
  const { send } = start();
  for (const path of ["/", "/", "/panic", "/", "/rare", "/always"]) await send(path);
  // What trapped is not counted here, but by whoever tells of the crash.
  assert.equal((await send("/counted")).counted, 5);
});

test("requests in flight are those whose bodies are on their way, and the one that is answered", async () => {
  const { send } = start();
  let go = () => {};
  const slow = new ReadableStream({ pull: (controller) => new Promise((resolve) => (go = resolve)).then(() => controller.close()) });
  const waiting = send("/", slow);
  const other = send("/", new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) }));
  assert.equal(await other, 400);
  assert.equal((await send("/counted")).inFlight, 2);
  go();
  await waiting;
  assert.equal((await send("/counted")).inFlight, 1);
});

test("a request that the rate limit refuses is not read", async () => {
  const { send } = start();
  const asked = [];
  const limiter = (success) => ({ limit: async (options) => void asked.push(options) ?? { success } });
  let read = false;
  const body = new ReadableStream({ pull: () => void (read = true) }, { highWaterMark: 0 });
  assert.equal(await send("/", body, { ONNXLET_RATE_LIMIT: limiter(false) }), 429);
  assert.equal(read, false);
  assert.equal((await send("/", "hi", { ONNXLET_RATE_LIMIT: limiter(true) })).body, "hi");
  assert.deepEqual(asked, [{ key: "address:192.0.2.1" }, { key: "address:192.0.2.1" }]);
});

test("a rate limit that fails lets requests pass, and is told", async () => {
  const { send } = start();
  const limiter = { limit: () => Promise.reject(new Error("no limiter today")) };
  assert.equal((await send("/", "hi", { ONNXLET_RATE_LIMIT: limiter })).body, "hi");
  assert.equal(log.mock.callCount(), 1);
  const { level, message, error } = JSON.parse(log.mock.calls[0].arguments[0]);
  assert.deepEqual([level, message, error], ["error", "rate limit not asked", "Error: no limiter today"]);
});
