// What is counted, through everything that replaces an instance.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { post, sample, stillAnswers } from "./support/api.mjs";
import { requests, scrape } from "./support/metrics.mjs";
import { start } from "./support/wrangler.mjs";

/** @type {Awaited<ReturnType<typeof start>>} */
let worker;
before(async () => {
  worker = await start("tests/workerd/trap/entry.js");
});
after(() => worker?.stop());

/** @param {string} disaster @param {number} digit */
function provoke(disaster, digit) {
  const headers = { "content-type": "image/png", "x-disaster": disaster, "x-disaster-at": "2" };
  return fetch(`${worker.base}/predict`, { method: "POST", headers, body: sample(digit) });
}

const PREDICTED = requests("/predict", "POST", 200);
const CRASHED = requests("/predict", "POST", 500);

/** @param {(sample: string) => number} value */
const summary = (value) => ({
  answered: value(PREDICTED),
  failed: value(CRASHED),
  predictions: value("onnxlet_predictions_total"),
  crashes: value("onnxlet_crashes_total"),
  fallbacks: value("onnxlet_fallbacks_total"),
});

test("counters survive a panic, a fallback and a trap of the full module", async () => {
  await (await post("image/png", sample(0), worker.base)).json();
  await (await post("image/png", sample(1), worker.base)).json();
  assert.deepEqual(summary(await scrape(worker.base)), { answered: 2, failed: 0, predictions: 2, crashes: 0, fallbacks: 0 });
  assert.equal((await provoke("panic", 2)).status, 500);
  assert.deepEqual(summary(await scrape(worker.base)), { answered: 2, failed: 1, predictions: 2, crashes: 1, fallbacks: 0 });
  assert.equal((await provoke("trap", 3)).status, 200, "the full module answers");
  assert.deepEqual(summary(await scrape(worker.base)), { answered: 3, failed: 1, predictions: 3, crashes: 1, fallbacks: 1 });
  assert.equal((await provoke("trap", 4)).status, 500);
  assert.equal((await provoke("overflow", 5)).status, 500);
  await stillAnswers(worker.base);
  assert.deepEqual(summary(await scrape(worker.base)), { answered: 4, failed: 3, predictions: 4, crashes: 3, fallbacks: 1 });
});

test("a hit in the cache is an answer, but no prediction", async () => {
  const count = async () => {
    const value = await scrape(worker.base);
    return [PREDICTED, "onnxlet_predictions_total", 'onnxlet_cache_requests_total{outcome="hit"}'].map(value);
  };
  await stillAnswers(worker.base);
  const [answered = 0, predictions = 0, hits = 0] = await count();
  await stillAnswers(worker.base);
  assert.deepEqual(await count(), [answered + 1, predictions, hits + 1]);
});

test("paths that no route has are one count", async () => {
  for (const path of ["/a", "/b?c=d", "/.env"]) await fetch(worker.base + path);
  const value = await scrape(worker.base);
  assert.equal(value(requests("other", "GET", 404)), 3);
});

test("a request is in flight while its body is on its way, and no longer where its sender goes away", async () => {
  const inFlight = async () => (await scrape(worker.base))("onnxlet_http_requests_in_flight");
  assert.equal(await inFlight(), 1, "the one that asks");
  const { hostname, port } = new URL(worker.base);
  const head = "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\n";
  const sockets = Array.from({ length: 3 }, () => {
    const socket = connect(Number(port), hostname, () => socket.write(`${head}abc`));
    return socket.on("error", () => {});
  });
  await until(inFlight, 4);
  for (const socket of sockets) socket.destroy();
  await until(inFlight, 1);
});

/**
 * Waits until a value is as expected.
 * @param {() => Promise<number>} value
 * @param {number} expected
 */
async function until(value, expected) {
  let last;
  for (let tries = 0; tries < 100; tries++) {
    last = await value();
    if (last === expected) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal(last, expected);
}
