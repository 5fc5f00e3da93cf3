// The comparison can tell: expected values are computed by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { halves } from "./cases.mjs";
import { difference, isClose } from "./compare.mjs";
import { pack } from "./engines/onnxruntime-web.mjs";

/**
 * @param {string} dtype
 * @param {any} data
 * @param {number[]} [shape]
 */
const tensor = (dtype, data, shape = [data.length]) => ({ name: "y", dtype, shape, data });

test("floats are equal within 1e-3 of the expected value and 1e-5", () => {
  // The bounds of 1000 are 1000 ± 1.00001.
  for (const [got, want] of /** @type {[number, number][]} */ ([[1000.9, 1000], [-1000.9, -1000], [9e-6, 0], [0, -0]])) {
    assert.ok(isClose(got, want), `${got} ${want}`);
  }
  for (const [got, want] of /** @type {[number, number][]} */ ([[1001.1, 1000], [1.1e-5, 0], [1000, -1000]])) {
    assert.ok(!isClose(got, want), `${got} ${want}`);
  }
});

test("what is not finite must be the same", () => {
  for (const value of [NaN, Infinity, -Infinity]) assert.ok(isClose(value, value));
  const others = [[Infinity, -Infinity], [1e308, Infinity], [Infinity, 1e308], [NaN, 0], [0, NaN], [NaN, Infinity]];
  for (const [got = 0, want = 0] of others) assert.ok(!isClose(got, want), `${got} ${want}`);
});

test("everything else is exact", () => {
  const large = new BigInt64Array([2n ** 63n - 1n, 5n]);
  assert.equal(difference(tensor("int64", large), tensor("int64", large.slice())), undefined);
  const off = tensor("int64", new BigInt64Array([2n ** 63n - 2n, 5n]));
  assert.equal(
    difference(tensor("int64", large), off),
    "y: 1 of 2 wrong, at 0: expected 9223372036854775807, got 9223372036854775806",
  );
  assert.equal(difference(tensor("bool", new Uint8Array([1, 0])), tensor("bool", new Uint8Array([1, 1]))), "y: 1 of 2 wrong, at 1: expected 0, got 1");
  assert.equal(difference(tensor("string", ["a", "ü"]), tensor("string", ["a", "ü"])), undefined);
  assert.match(difference(tensor("string", ["a"]), tensor("string", ["a "])) ?? "", /expected "a", got "a "/);
});

test("dtype, shape and presence are part of an answer", () => {
  const want = tensor("float32", new Float32Array(6), [2, 3]);
  assert.equal(difference(want, tensor("float32", new Float32Array(6), [2, 3])), undefined);
  assert.match(difference(want, tensor("float64", new Float64Array(6), [2, 3])) ?? "", /expected float32, got float64/);
  assert.match(difference(want, tensor("float32", new Float32Array(6), [3, 2])) ?? "", /expected the shape \[2,3\], got \[3,2\]/);
  assert.match(difference(want, tensor("float32", new Float32Array(5), [2, 3])) ?? "", /expected 6 elements, got 5/);
  assert.match(difference(want, undefined) ?? "", /missing/);
  // One element alone and a scalar print alike.
  assert.ok(difference(tensor("float32", new Float32Array(1), []), tensor("float32", new Float32Array(1), [1])));
  assert.equal(difference(tensor("float32", new Float32Array(0), [0, 4]), tensor("float32", new Float32Array(0), [0, 4])), undefined);
});

test("float16 is compared by value, as bits or widened", () => {
  // IEEE 754: the smallest subnormal and normal, one third, the largest, and what isn't finite.
  const bits = new Uint16Array([0x0001, 0x0400, 0x3555, 0xfbff, 0x7c00, 0xfc00, 0x7e00]);
  const values = new Float32Array([2 ** -24, 2 ** -14, 0.333251953125, -65504, Infinity, -Infinity, NaN]);
  assert.deepEqual(halves(bits), values);
  assert.equal(difference(tensor("float16", bits), tensor("float16", values)), undefined);
  assert.equal(difference(tensor("float16", bits), tensor("float16", bits.slice())), undefined);
  assert.ok(difference(tensor("float16", bits), tensor("float16", bits.map((bit) => bit ^ 0x8000))));
});

test("4-bit integers are packed as onnxruntime takes them, the first in the lower half", () => {
  assert.deepEqual(pack(new Int8Array([-8, 7, -1])), new Uint8Array([0x78, 0x0f]));
  assert.deepEqual(pack(new Uint8Array([1, 15])), new Uint8Array([0xf1]));
});
