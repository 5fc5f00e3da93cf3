// Keys, origins, a rate limit, a dataset, traces: what an operator sets, in workerd.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { sample } from "./support/api.mjs";
import { lines } from "./support/log.mjs";
import { requests, scrape } from "./support/metrics.mjs";
import { start } from "./support/wrangler.mjs";

const [OLD, NEW] = ["an-old-key-0123456789", "a-new-key-0123456789"];

/**
 * @param {string} base
 * @param {Record<string, string>} [headers]
 * @param {string} [path]
 */
function predict(base, headers = {}, path = "/predict") {
  return fetch(base + path, { method: "POST", headers: { "content-type": "image/png", ...headers }, body: sample(7) });
}

test("with keys and origins set, who has neither is kept out, and the log tells no key", async () => {
  const worker = await start("--var", `ONNXLET_API_KEYS:${OLD},${NEW}`, "--var", "ONNXLET_CORS_ORIGINS:https://a.example");
  try {
    for (const path of ["/model", "/version", "/metrics"]) assert.equal((await fetch(worker.base + path)).status, 401, path);
    for (const path of ["/healthz", "/readyz"]) assert.equal((await fetch(worker.base + path)).status, 200, path);
    const refused = await predict(worker.base);
    assert.deepEqual([refused.status, refused.headers.get("www-authenticate")], [401, 'Bearer realm="onnxlet"']);
    assert.equal((await predict(worker.base, { "x-api-key": "another-key-0123456789" })).status, 401);
    for (const key of [OLD, NEW]) {
      assert.equal((await predict(worker.base, { "x-api-key": key })).status, 200);
      assert.equal((await predict(worker.base, { authorization: `Bearer ${key}` })).status, 200);
    }
    const value = await scrape(worker.base, { "x-api-key": NEW });
    assert.equal(value(requests("/predict", "POST", 401)), 2);
    for (const [origin, allowed] of [["https://a.example", "https://a.example"], ["https://b.example", null]]) {
      const headers = { origin: origin ?? "", "access-control-request-method": "POST", "access-control-request-headers": "x-api-key" };
      const preflight = await fetch(`${worker.base}/predict`, { method: "OPTIONS", headers });
      assert.deepEqual([preflight.status, preflight.headers.get("access-control-allow-origin")], [204, allowed]);
      assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /x-api-key/);
      assert.match(preflight.headers.get("vary") ?? "", /origin/i);
    }
    const logged = await lines(worker, ({ route }) => route === "/predict", 8);
    assert.doesNotMatch(JSON.stringify(logged), /key-0123456789/);
  } finally {
    await worker.stop();
  }
});

test("a rate limit refuses predictions only, in the form of their protocol; a dataset gets each request", async () => {
  const { worker, answers } = await askedWithinAMinute(9);
  try {
    // 3 in a minute.
    assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 429, 429, 429, 429, 429, 429]);
    const [refused] = answers.slice(3);
    assert.equal(refused?.headers.get("retry-after"), "60");
    const { code, detail } = JSON.parse(refused?.text ?? "");
    assert.deepEqual([code, detail], ["rate_limited", "too many requests: try again in 60 seconds"]);
    const other = await fetch(`${worker.base}/v2/models/digits/infer`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    const told = await other.json();
    // The minute may have ended: then it is refused for what it lacks.
    assert.ok(other.status === 429 || other.status === 422, `${other.status}`);
    assert.deepEqual(Object.keys(told), ["error"]);
    assert.equal((await fetch(`${worker.base}/model`)).status, 200);
    const value = await scrape(worker.base);
    assert.equal(value(requests("/predict", "POST", 429)), 6);
    const points = await lines(worker, ({ message, point }) => message === "data point" && point.indexes[0] === "/predict", 9);
    const sent = points.map(({ point }) => point.blobs.slice(0, 3));
    assert.deepEqual(sent, answers.map(({ status }) => ["/predict", "POST", String(status)]));
    const [first] = points;
    assert.deepEqual(first.point.blobs.slice(3), ["digits", "1.0.0", "lean", "miss"]);
    assert.deepEqual([first.point.doubles[0], first.point.doubles[1]], [1, sample(7).length]);
    for (const trouble of ["data point not written", "rate limit not asked"]) assert.ok(!worker.log().includes(trouble), trouble);
  } catch (error) {
    throw new Error(`with this log:\n${worker.log()}`, { cause: error });
  } finally {
    await worker.stop();
  }
});

/**
 * A Worker with a rate limit, and its answers to `count` predictions, all within one minute of the clock: miniflare counts
 * by these, not from the first request on.
 * @param {number} count
 */
async function askedWithinAMinute(count) {
  for (;;) {
    const worker = await start("--config", "tests/workerd/operations/wrangler.toml");
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 20_000) await sleep(left + 100);
    const begun = minute();
    const answers = [];
    for (let asked = 0; asked < count; asked++) {
      const response = await predict(worker.base);
      answers.push({ status: response.status, headers: response.headers, text: await response.text() });
    }
    if (minute() === begun) return { worker, answers };
    // A machine so slow that it tells nothing: once more, with nothing counted.
    await worker.stop();
  }
}

const minute = () => Math.floor(Date.now() / 60_000);

test("a trace is passed on, and in the log; Server-Timing has no duration", async () => {
  const worker = await start();
  try {
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const traceparent = `00-${trace}-00f067aa0ba902b7-01`;
    const response = await predict(worker.base, { traceparent, tracestate: "congo=t61rcWkgMzE" });
    assert.deepEqual([response.headers.get("traceparent"), response.headers.get("tracestate")], [traceparent, "congo=t61rcWkgMzE"]);
    const entries = (response.headers.get("server-timing") ?? "").split(", ");
    assert.deepEqual(entries, ["module;desc=lean", "cache;desc=miss", "examples;desc=1"]);
    const [line] = await lines(worker, ({ trace_id }) => trace_id === trace);
    assert.deepEqual([line.route, line.version, line.status], ["/predict", "1.0.0", 200]);
  } finally {
    await worker.stop();
  }
});
