// Reading bodies: whatever was announced, what comes is read to its end, and no further than the limit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readAtMost } from "../../worker/js/body.js";

/**
 * A stream of these chunks, and what was asked of it.
 * @param {string[]} texts
 * @param {"bytes" | undefined} type
 */
function streamOf(texts, type) {
  const left = texts.map((text) => new TextEncoder().encode(text));
  const seen = { pulls: 0, cancelled: false };
  const stream = new ReadableStream({
    type,
    pull(controller) {
      seen.pulls += 1;
      const next = left.shift();
      if (next) return controller.enqueue(next);
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: () => void (seen.cancelled = true),
  }, type ? undefined : { highWaterMark: 0 });
  return { stream, seen };
}

/** @param {Uint8Array | undefined} bytes */
const text = (bytes) => bytes && new TextDecoder().decode(bytes);

for (const type of /** @type {const} */ (["bytes", undefined])) {
  const kind = type ? "a stream of bytes" : "a stream of chunks";
  for (const announced of [undefined, 0, 1, 5, 6, 7, 1000]) {
    test(`${kind} is read to its end, with ${announced} bytes announced`, async () => {
      for (const texts of [["abcdef"], ["ab", "cd", "ef"], ["a", "bcdef"]]) {
        assert.equal(text(await readAtMost(streamOf(texts, type).stream, 6, announced)), "abcdef");
        const { stream, seen } = streamOf([...texts, "g", "h", "i", "j"], type);
        assert.equal(await readAtMost(stream, 6, announced), undefined);
        assert.ok(seen.pulls <= 7, `${seen.pulls} looks`);
      }
      assert.equal(text(await readAtMost(streamOf([], type).stream, 6, announced)), "");
    });
  }

  test(`of ${kind} beyond the limit, the rest isn't read`, async () => {
    const { stream, seen } = streamOf(Array(100).fill("x".repeat(1000)), type);
    assert.equal(await readAtMost(stream, 1500, 2000), undefined);
    assert.equal(seen.cancelled, true);
    assert.ok(seen.pulls < 5, `${seen.pulls} looks`);
  });

  test(`${kind} that breaks off is an error`, async () => {
    const broken = new ReadableStream({ type, pull: (controller) => controller.error(new Error("gone")) });
    await assert.rejects(readAtMost(broken, 6, 6), /gone/);
  });
}

test("room is not made for more than comes, however much is announced", async () => {
  const body = await readAtMost(streamOf(["abc"], "bytes").stream, 1 << 30, 1 << 30);
  assert.equal(text(body), "abc");
  assert.ok((body?.buffer.byteLength ?? 0) <= 262_144);
});

test("a large body comes whole", async () => {
  const sent = Uint8Array.from({ length: 1_000_003 }, (_, index) => index * 7);
  const got = await readAtMost(/** @type {ReadableStream} */ (new Response(sent).body), sent.length, sent.length);
  assert.deepEqual(got, sent);
});
