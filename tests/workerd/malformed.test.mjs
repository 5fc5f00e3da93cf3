// Bad requests over HTTP: each has its precise status, code and message, and the next good one is answered right.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE, post, problem, sample, stillAnswers } from "./support/api.mjs";
import { JSON_TEXTS, PICTURES, VALUES } from "./support/malformed.mjs";
import { exchange, parse } from "./support/raw.mjs";

/** @typedef {import("./support/malformed.mjs").Refusal} Refusal */

/**
 * @param {string} name
 * @param {() => Promise<Response>} send
 * @param {Refusal} refusal
 */
function refused(name, send, [status, code, detail]) {
  test(`${name}: ${status} ${code}`, async () => {
    const got = await problem(await send());
    assert.deepEqual([got.status, got.code], [status, code], got.detail);
    if (typeof detail === "string") assert.ok(got.detail.includes(detail), got.detail);
    else assert.match(got.detail, detail);
    assert.equal(got.problems.length > 0, code === "invalid", "fields are listed for what does not fit");
    await stillAnswers();
  });
}

for (const [name, text, refusal] of JSON_TEXTS) refused(name, () => post("application/json", text), refusal);

for (const [name, value, refusal] of VALUES) {
  refused(name, () => post("application/json", JSON.stringify(value)), refusal);
}

for (const [name, bytes, refusal] of PICTURES) refused(name, () => post("image/png", new Uint8Array(bytes)), refusal);

for (const type of ["text/plain", "image/gif", "application/octet-stream", "application/x-www-form-urlencoded"]) {
  refused(`the type ${type}`, () => post(type, sample(7).toString("latin1")), [
    415,
    "unsupported",
    `content-type: expected one of application/json, image/png, image/jpeg, image/webp, got "${type}`,
  ]);
}
refused("JSON in Latin-1", () => post("application/json; charset=iso-8859-1", "[0]"), [
  415,
  "unsupported",
  'got charset "iso-8859-1"',
]);

test("a refused type is told the others", async () => {
  const response = await post("text/plain", "hello");
  assert.equal(response.headers.get("accept-post"), "application/json, image/png, image/jpeg, image/webp");
});

for (const encoding of ["br", "zstd", "deflate, gzip"]) {
  refused(`a body in ${encoding}`, () => sendEncoded(encoding), [
    415,
    "unsupported",
    `content-encoding: expected gzip, deflate or identity, got "${encoding}"`,
  ]);
}

refused("a body that is said to be in gzip", () => sendEncoded("gzip"), [400, "malformed", "the body cannot be decompressed"]);

/** @param {string} encoding */
function sendEncoded(encoding) {
  const headers = { "content-type": "application/json", "content-encoding": encoding };
  return fetch(`${BASE}/predict`, { method: "POST", headers, body: "[0]" });
}

const LIMIT = 10 * 1024 * 1024;

refused("a body that declares too much", () => post("application/json", " ".repeat(LIMIT + 1)), [
  413,
  "too_large",
  `the body is too large: the limit is ${LIMIT} bytes, got ${LIMIT + 1} bytes`,
]);

refused("a body without a length that has too much", () => streamed(LIMIT + 1), [
  413,
  "too_large",
  `the body is too large: the limit is ${LIMIT} bytes, got more`,
]);

/** @param {number} length */
function streamed(length) {
  let left = length;
  const body = new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(new Uint8Array(Math.min(left, 65536)).fill(32));
      left -= 65536;
    },
  });
  const request = { method: "POST", headers: { "content-type": "application/json" }, body, duplex: "half" };
  return fetch(`${BASE}/predict`, /** @type {RequestInit} */ (request));
}

test("every problem is listed at once", async () => {
  const value = { inputs: { picture: [1], pixels: [2] }, outputs: ["logits"] };
  const { problems } = await problem(await post("application/json", JSON.stringify(value)));
  assert.deepEqual(problems.map(({ field }) => field), ["picture", "pixels", "image", "outputs"]);
});

test("a body without a content type is refused", async () => {
  const { status, body } = parse(
    await exchange(BASE, ["POST /predict HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\n[0]"]),
  );
  assert.deepEqual([status, body.code], [415, "unsupported"]);
  assert.match(body.detail, /got none$/);
});

test("header bytes that are no text do no harm", async () => {
  const head = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nx-request-id: \xff\xfe\r\naccept: \xe9\r\n\r\n";
  const { status, body } = parse(await exchange(BASE, [Buffer.from(head, "latin1")]));
  assert.deepEqual([status, body], [200, { status: "ok" }]);
});
