import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { engineInput } from "../dist/runtime/input.js";

const bytes = Uint8Array.of(1, 2, 3);

test("tensors pass through without a wait", () => {
  for (const tensor of [Float32Array.of(1), [1, 2], [[1], [2]], 5, "text", null, undefined]) {
    assert.deepEqual(engineInput(tensor), tensor);
  }
  const named = { x: { data: Float32Array.of(1), shape: [1] } };
  assert.deepEqual(engineInput(named), named);
});

test("files, blobs, responses and buffers become bytes, alone, in batches and by name", async () => {
  const sources = () => [bytes.buffer, new Blob([bytes]), new File([bytes], "a.png"), new Response(bytes)];
  for (const source of sources()) assert.deepEqual(await engineInput(source), bytes);
  assert.deepEqual(await engineInput(sources()), [bytes, bytes, bytes, bytes]);
  assert.deepEqual(await engineInput({ image: sources(), other: [1] }), { image: [bytes, bytes, bytes, bytes], other: [1] });
});

test("an ImageData becomes plain pixels", () => {
  class ImageData {
    data = new Uint8ClampedArray(4);
    width = 1;
    height = 1;
    get [Symbol.toStringTag]() {
      return "ImageData";
    }
  }
  const pixels = engineInput(new ImageData());
  assert.equal(Object.getPrototypeOf(pixels), Object.prototype);
  assert.deepEqual(pixels, { data: new Uint8ClampedArray(4), width: 1, height: 1 });
});

test("objects of another realm are known", async () => {
  const foreign = vm.runInNewContext("({ image: new Uint8Array([1, 2, 3]).buffer })");
  assert.deepEqual(engineInput(foreign), { image: bytes });
});

test("a response that failed, or was read, is refused by the field's name", async () => {
  const failed = new Response("no", { status: 404 });
  await assert.rejects(engineInput({ image: failed }), { code: "invalid", message: /^image: .*HTTP 404/ });
  const read = new Response("once");
  await read.text();
  await assert.rejects(engineInput([new Response("ok"), read]), { code: "invalid", message: /^\[1\]: .*already been read/ });
});

test("what isn't known is left for the engine to refuse", () => {
  const map = new Map();
  assert.equal(engineInput(map), map);
});
