// Kept answers in workerd: the isolate's memory, ETag, and the Cache API behind it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { start } from "./support/wrangler.mjs";

const png = (/** @type {number} */ digit) => readFile(new URL(`../../models/digits/samples/${digit}.png`, import.meta.url));

/**
 * @param {string} base
 * @param {number} digit
 * @param {Record<string, string>} [headers]
 */
async function ask(base, digit, headers = {}) {
  const body = await png(digit);
  return fetch(`${base}/predict`, { method: "POST", headers: { "content-type": "image/png", ...headers }, body });
}

test("the same digit is predicted once, and 304 tells who has it that it still holds", async () => {
  const worker = await start();
  try {
    const [first, second] = [await ask(worker.base, 7), await ask(worker.base, 7)];
    assert.equal(first.headers.get("cache-status"), "onnxlet; fwd=miss; stored");
    assert.equal(second.headers.get("cache-status"), "onnxlet; hit");
    assert.deepEqual(await second.json(), await first.json());
    const tag = second.headers.get("etag") ?? "";
    const unchanged = await ask(worker.base, 7, { "if-none-match": tag });
    assert.deepEqual([unchanged.status, await unchanged.text(), unchanged.headers.get("etag")], [304, "", tag]);
    assert.equal((await ask(worker.base, 8, { "if-none-match": tag })).status, 200);
    const version = await fetch(`${worker.base}/version`);
    assert.deepEqual([(await version.json()).fallbacks], [0]);
  } finally {
    await worker.stop();
  }
});

test("with the edge, a fresh instance finds what an earlier one answered", async () => {
  const worker = await start("--var", "ONNXLET_CACHE:edge", "--var", "ONNXLET_CACHE_BYTES:2000");
  try {
    const first = await ask(worker.base, 1);
    assert.equal(first.headers.get("cache-status"), "onnxlet; fwd=miss; stored");
    // Drives the first one out of so small a memory.
    for (const other of [2, 3, 4]) await ask(worker.base, other);
    const kept = await ask(worker.base, 1, { "cache-control": "only-if-cached" });
    assert.equal(kept.headers.get("cache-status"), "onnxlet; hit");
    assert.deepEqual(await kept.json(), await first.json());
    const never = await ask(worker.base, 5, { "cache-control": "only-if-cached" });
    assert.deepEqual([never.status, (await never.json()).code], [504, "not_cached"]);
    assert.equal((await fetch(`${worker.base}/.onnxlet/answers/x`)).status, 404);
  } finally {
    await worker.stop();
  }
});
