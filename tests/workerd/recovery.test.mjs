// A trap costs one request its answer and the Worker an instance, nothing else.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { post, problem, sample, stillAnswers } from "./support/api.mjs";
import { start } from "./support/wrangler.mjs";

/** @type {Awaited<ReturnType<typeof start>>} */
let worker;
before(async () => {
  worker = await start("tests/workerd/trap/entry.js");
});
after(() => worker?.stop());

/**
 * @param {string} disaster
 * @param {number} at which look at the request meets it: 1 before the body is read, 2 when it is answered
 * @param {string} id of the request
 */
function provoke(disaster, at, id = `${disaster}-${at}`) {
  const headers = { "content-type": "image/png", "x-disaster": disaster, "x-disaster-at": String(at) };
  return fetch(`${worker.base}/predict`, { method: "POST", headers: { ...headers, "x-request-id": id }, body: sample(1) });
}

/** @type {[string, RegExp][]} */
const DISASTERS = [
  ["panic", /panicked at .*called `Option::unwrap\(\)` on a `None` value/s],
  ["trap", /RuntimeError: unreachable/],
  ["overflow", /RangeError: Maximum call stack size exceeded/],
];

async function fallbacks() {
  return (await (await fetch(`${worker.base}/version`)).json()).fallbacks;
}

/**
 * @param {string} module
 * @param {typeof DISASTERS} disasters
 */
function recovers(module, disasters) {
  for (const [disaster, message] of disasters) {
    for (const at of [1, 2]) {
      test(`${module}: a ${disaster} at look ${at} is answered with 500, the next request right`, async () => {
        const before = await fallbacks();
        const id = `${module}-${disaster}-${at}`;
        const { status, code, detail, request_id } = await problem(await provoke(disaster, at, id));
        assert.deepEqual([status, code, request_id], [500, "crashed", id]);
        assert.equal(detail, "the engine stopped on this request; a fresh one answers the next");
        await stillAnswers(worker.base);
        assert.match((await line(id)).error, message);
        assert.equal(await fallbacks(), before, "it was no lack of code");
      });
    }
  }
}

// In the lean module a trap means a lack of code: only the full one can tell.
recovers("lean", DISASTERS.filter(([disaster]) => disaster !== "trap"));

test("a trap of the lean module is no trap of the full one: the request is answered", async () => {
  assert.equal(await fallbacks(), 0);
  const { top } = await (await provoke("trap", 2)).json();
  assert.equal(top[0].label, "1");
  assert.equal(await fallbacks(), 1);
});

recovers("full", DISASTERS);

test("a request whose body is on its way survives another's trap", async () => {
  const bytes = sample(4);
  /** @type {(value?: unknown) => void} */
  let trapped = () => {};
  const untilTrapped = new Promise((resolve) => (trapped = resolve));
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(bytes.subarray(0, 60));
      await untilTrapped;
      controller.enqueue(bytes.subarray(60));
      controller.close();
    },
  });
  const request = { method: "POST", headers: { "content-type": "image/png" }, body, duplex: "half" };
  const slow = fetch(`${worker.base}/predict`, /** @type {RequestInit} */ (request));
  assert.equal((await provoke("panic", 2)).status, 500);
  assert.equal((await provoke("trap", 1)).status, 500);
  trapped();
  const answer = await (await slow).json();
  assert.equal(answer.top[0].label, "4");
});

test("many traps in a row leave a Worker that answers with the same bits", async () => {
  const send = async () => (await post("image/png", sample(2), worker.base)).json();
  const first = await send();
  for (let i = 0; i < 20; i++) assert.equal((await provoke("trap", 2)).status, 500);
  assert.deepEqual(await send(), first);
});

/**
 * The log line of a request; what is logged may arrive after the answer.
 * @param {string} id
 */
async function line(id) {
  for (let tries = 0; tries < 100; tries++) {
    const found = worker.log().split("\n").find((line) => line.startsWith("{") && line.includes(`"request_id":"${id}"`));
    if (found) return JSON.parse(found);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no line of ${id} in the log:\n${worker.log()}`);
}
