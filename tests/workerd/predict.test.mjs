// Good requests over HTTP: every form gets the same, right answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE, post, predict, prediction, problem, sample } from "./support/api.mjs";

/** Something like a bar: any input that isn't all zeros. */
const flat = Array.from({ length: 784 }, (_, i) => (i % 29 > 24 ? 1 : 0));
const rows = Array.from({ length: 28 }, (_, y) => flat.slice(28 * y, 28 * y + 28));

test("every drawn digit is read right", async () => {
  for (let digit = 0; digit < 10; digit++) {
    const answer = await prediction(await post("image/png", sample(digit)));
    assert.equal(answer.top[0].label, String(digit));
  }
});

test("an answer has outputs, top labels and the model's version", async () => {
  const answer = await prediction(await post("image/png", sample(3)));
  assert.deepEqual(answer.model, { name: "digits", version: "1.0.0" });
  const { dtype, shape, data } = answer.outputs.probs;
  assert.deepEqual([dtype, shape], ["float32", [1, 10]]);
  assert.ok(Math.abs(data.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b) - 1) < 1e-5);
  assert.equal(answer.top.length, 3);
  assert.deepEqual(answer.tops, [answer.top]);
  assert.equal(answer.top[0].score, data[3]);
});

test("every JSON form of one tensor gives the same bits", async () => {
  const first = await predict(flat);
  for (const form of [
    rows,
    [rows],
    [[rows]],
    { image: flat },
    { inputs: { image: [rows] }, top_k: 3, outputs: ["probs"] },
    { data: flat, shape: [1, 1, 28, 28] },
  ]) {
    assert.deepEqual(await predict(form), first);
  }
});

test("an image inside JSON gives the bits of the image itself", async () => {
  const alone = await prediction(await post("image/png", sample(5)));
  assert.deepEqual(await predict({ image: { base64: sample(5).toString("base64") } }), alone);
});

test("a batch answers each of its examples", async () => {
  const batch = [1, 2, 8].map((digit) => ({ base64: sample(digit).toString("base64") }));
  const answer = await predict({ image: batch });
  assert.deepEqual(answer.outputs.probs.shape, [3, 10]);
  assert.deepEqual(answer.tops.map((/** @type {{label: string}[]} */ top) => top[0]?.label), ["1", "2", "8"]);
});

test("the largest batch that wrangler.toml admits is answered whole, a larger one refused", async () => {
  const batch = (/** @type {number} */ examples) => ({
    data: Array.from({ length: examples }, () => flat).flat(),
    shape: [examples, 1, 28, 28],
  });
  const answer = await predict(batch(400));
  assert.equal(answer.tops.length, 400);
  const alone = await predict(flat);
  for (const top of answer.tops) assert.equal(top[0].label, alone.top[0].label);
  const refused = await problem(await post("application/json", JSON.stringify(batch(401))));
  assert.deepEqual([refused.status, refused.code], [413, "too_large"]);
  assert.match(refused.detail, /the limit is 313600, got 314384/);
});

test("the same request gets the same bits each time, also when many come at once", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => predict(flat)));
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
});

test("a body that comes in pieces is put together", async () => {
  const bytes = sample(9);
  const pieces = new ReadableStream({
    async start(controller) {
      for (let at = 0; at < bytes.length; at += 100) {
        controller.enqueue(bytes.subarray(at, at + 100));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      controller.close();
    },
  });
  const request = { method: "POST", headers: { "content-type": "image/png" }, body: pieces, duplex: "half" };
  const answer = await prediction(await fetch(`${BASE}/predict`, /** @type {RequestInit} */ (request)));
  assert.equal(answer.top[0].label, "9");
});
