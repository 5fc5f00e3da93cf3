// Bad calls of the engine in JavaScript: each is refused with its code and a message that names field, expected and got,
// and the next good call is answered right.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { engine } from "../setup/engine.mjs";
import { ROOT } from "../setup/paths.mjs";

const floats = (/** @type {number} */ length) => new Float32Array(length);
const withValue = (/** @type {number} */ index, /** @type {unknown} */ value) => Object.assign(Array(784).fill(0), { [index]: value });

/** A value that contains itself. @returns {any} */
function cycle() {
  /** @type {any} */ const object = {};
  object.self = object;
  return object;
}

/** @returns {any} */
function arrayCycle() {
  /** @type {any[]} */ const array = [];
  array.push(array);
  return array;
}

/** A PNG's first chunk, whose checksum is not looked at. */
function pngHeader(/** @type {number} */ width, /** @type {number} */ height) {
  const bytes = new Uint8Array(33);
  bytes.set([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82]);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return bytes;
}

/** What is given, the error's code, a part of its message. @type {[string, unknown, string, RegExp, object?][]} */
const CALLS = [
  ["undefined", undefined, "invalid", /input: expected numbers, texts or arrays of them, got undefined/],
  ["null", null, "invalid", /image: expected f32\[N,1,28,28\], got a single value/],
  ["a number", 7, "invalid", /got a single value/],
  ["a text", "seven", "invalid", /got a single value/],
  ["a symbol", Symbol("x"), "invalid", /input: expected numbers, .* got symbol/],
  ["a function", () => 1, "invalid", /input: .* got (a Function|function)/],
  ["a Map", new Map([["image", floats(784)]]), "invalid", /input: .* got a Map/],
  ["a Date", new Date(0), "invalid", /input: .* got a Date/],
  ["a promise", Promise.resolve(1), "invalid", /input: .* got a Promise/],
  ["nothing in an object", {}, "invalid", /image: missing; expected f32\[N,1,28,28\]/],
  ["nothing in an array", [], "invalid", /image: expected f32\[N,1,28,28\], got 0 values/],
  ["an empty typed array", floats(0), "invalid", /got 0 values/],
  ["too few elements", floats(783), "invalid", /image: expected f32\[N,1,28,28\], got 783 values/],
  ["too many elements", floats(785), "invalid", /got 785 values/],
  ["another input's name", { imgae: floats(784) }, "invalid", /imgae: no such input; the model has image/],
  ["one name too many", { image: floats(784), mask: 1 }, "invalid", /mask: no such input/],
  ["a ragged array", [[1, 2], [3]], "invalid", /got 1 values in row 1, 2 in the rows before/],
  ["arrays beside numbers", [[1], 2], "invalid", /got a single value beside arrays at \[1\]/],
  ["a typed row of another length", [floats(28), floats(27)], "invalid", /got 27 values in row 1, 28 in the rows before/],
  ["a cycle of objects", cycle(), "invalid", /nested more than 8 deep/],
  ["a cycle of arrays", arrayCycle(), "invalid", /nested more than 16 deep/],
  ["undefined inside", withValue(3, undefined), "invalid", /got undefined/],
  ["a hole", Object.assign(Array(784), { 0: 1 }), "invalid", /got undefined/],
  ["null inside", withValue(29, null), "invalid", /expected a float32, got null at \[0\]\[0\]\[1\]\[1\]/],
  ["a text inside", withValue(0, "0"), "invalid", /expected a float32, got the text "0" at \[0\]\[0\]\[0\]\[0\]/],
  ["a truth inside", withValue(1, true), "invalid", /expected a float32, got true/],
  ["NaN inside", withValue(1, NaN), "invalid", /expected finite numbers, got NaN at \[0\]\[0\]\[0\]\[1\]/],
  ["NaN in a typed array", floats(784).fill(NaN, 5), "invalid", /got NaN at \[0\]\[0\]\[0\]\[5\]/],
  ["Infinity", withValue(1, -Infinity), "invalid", /got -inf/],
  ["a number beyond float32", withValue(1, 1e39), "invalid", /expected a float32, got 1e39/],
  ["a BigInt beyond 64 bits", withValue(1, 2n ** 70n), "invalid", /beyond 64 bits/],
  ["a shape that holds more", { data: floats(1), shape: [1, 1, 28, 28] }, "invalid", /holds 784 values, data has 1/],
  ["a shape of another rank", { data: floats(784), shape: [784] }, "invalid", /got shape \[784\]/],
  ["a batch of none", { data: floats(0), shape: [0, 1, 28, 28] }, "invalid", /got shape \[0, 1, 28, 28\]/],
  ["a negative size", { data: floats(784), shape: [-1, 1, 28, 28] }, "invalid", /shape: expected a uint64, got -1/],
  ["a fractional size", { data: floats(784), shape: [1.5] }, "invalid", /shape: expected a uint64, got 1.5/],
  ["a shape of texts", { data: floats(784), shape: ["1"] }, "invalid", /shape: expected a uint64, got the text/],
  ["a shape that overflows", { data: floats(1), shape: [2 ** 32, 2 ** 32] }, "too_large", /number of elements/],
  ["one size beyond 32 bits", { data: floats(1), shape: [2 ** 33] }, "too_large", /number of elements/],
  ["a PNG of 2³¹ rows", pngHeader(1, 2 ** 31 - 1), "too_large", /1 × 2147483647 pixels/],
  ["a dtype that isn't", { data: floats(784), dtype: "float64" }, "invalid", /dtype: expected float32, got "float64"/],
  ["pixels that lack some", { width: 3, height: 3, data: new Uint8ClampedArray(35) }, "malformed", /3×3×4 bytes of pixels, got 35/],
  ["no pixels", { width: 0, height: 0, data: new Uint8ClampedArray(0) }, "malformed", /0×0 pixels/],
  ["half a pixel", { width: 0.5, height: 1, data: new Uint8ClampedArray(4) }, "invalid", /expected width and height in pixels, got 0.5/],
  ["pixels without end", { width: 1e5, height: 1e5, data: new Uint8ClampedArray(4) }, "too_large", /100000 × 100000 pixels/],
  ["bytes that are no picture", new Uint8Array([71, 73, 70, 56]), "invalid", /got 4 values/],
  ["a PNG's first bytes", new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]), "malformed", /PNG image cannot be decoded/],
  ["base64 that isn't", { base64: "*" }, "malformed", /base64 text cannot be decoded/],
  ["base64 of nothing", { base64: "" }, "malformed", /got nothing/],
  ["topK 0", floats(784), "invalid", /topK: expected a whole number of at least 1/, { topK: 0 }],
  ["topK as text", floats(784), "invalid", /topK: expected a whole number/, { topK: "3" }],
  ["topK NaN", floats(784), "invalid", /topK/, { topK: NaN }],
  ["outputs as text", floats(784), "invalid", /outputs: expected an array of output names/, { outputs: "probs" }],
  ["an output that isn't", floats(784), "invalid", /no such output "logits"; the model has probs/, { outputs: ["logits"] }],
];

/** @type {any} */ let model;
/** @type {Uint8Array} */ let three;

before(async () => {
  model = (await engine("baseline"))();
  model.load();
  three = new Uint8Array(await readFile(join(ROOT, "models/digits/samples/3.png")));
});

for (const [name, input, code, message, options] of CALLS) {
  test(`${name} is refused, and the next call answered`, () => {
    assert.throws(
      () => model.predict(input, options),
      (/** @type {any} */ error) => {
        assert.equal(error.name, "OnnxletError", String(error));
        assert.match(error.code, new RegExp(`^(${code})$`));
        assert.match(error.message, message);
        return true;
      },
    );
    assert.equal(model.predict(three).top[0].label, "3");
  });
}
