// Every dtype that a model may have at its edges goes in and comes out exactly, in each form that JavaScript has for it.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { engine } from "../setup/engine.mjs";
import { identity } from "../setup/onnx.mjs";

/**
 * What is given as a typed array or a list, the same as a plain array, what comes back, and what must be refused.
 * @type {[import("../setup/onnx.mjs").Dtype, any, unknown[], any, unknown[]][]}
 */
const CASES = [
  ["float32", new Float32Array([1.5, -0, 3e38]), [1.5, -0, 3e38], new Float32Array([1.5, -0, 3e38]), ["1", null, 1e39, NaN]],
  ["float64", new Float64Array([0.1, -0, 1e308]), [0.1, -0, 1e308], new Float64Array([0.1, -0, 1e308]), ["1", null, Infinity]],
  // 65504 is the largest; 0.1 rounds to 0.0999755859375.
  ["float16", new Float32Array([0.1, -2, 65504]), [0.1, -2, 65504], new Float32Array([0.0999755859375, -2, 65504]), [70000, null]],
  ["int8", new Int8Array([-128, 0, 127]), [-128, 0, 127], new Int8Array([-128, 0, 127]), [128, -129, 0.5, true, "1"]],
  ["int16", new Int16Array([-32768, 0, 32767]), [-32768, 0, 32767], new Int16Array([-32768, 0, 32767]), [32768, 0.5]],
  ["int32", new Int32Array([-(2 ** 31), 0, 7]), [-(2 ** 31), 0, 7], new Int32Array([-(2 ** 31), 0, 7]), [2 ** 31, 0.5, NaN]],
  [
    "int64",
    new BigInt64Array([-(2n ** 63n), 0n, 2n ** 63n - 1n]),
    [-(2n ** 63n), 0, 2n ** 63n - 1n],
    new BigInt64Array([-(2n ** 63n), 0n, 2n ** 63n - 1n]),
    [2n ** 63n, 2 ** 60, 0.5, null],
  ],
  ["uint8", new Uint8Array([0, 7, 255]), [0, 7, 255], new Uint8Array([0, 7, 255]), [256, -1, 0.5]],
  ["uint16", new Uint16Array([0, 7, 65535]), [0, 7, 65535], new Uint16Array([0, 7, 65535]), [65536, -1]],
  ["uint32", new Uint32Array([0, 7, 2 ** 32 - 1]), [0, 7, 2 ** 32 - 1], new Uint32Array([0, 7, 2 ** 32 - 1]), [2 ** 32, -1]],
  [
    "uint64",
    new BigUint64Array([0n, 7n, 2n ** 64n - 1n]),
    [0, 7n, 2n ** 64n - 1n],
    new BigUint64Array([0n, 7n, 2n ** 64n - 1n]),
    [-1, 2n ** 64n],
  ],
  ["bool", new Uint8Array([1, 0, 1]), [true, false, true], new Uint8Array([1, 0, 1]), [2, 0.5, "true", null]],
  ["string", ["a", "", "ü€𝄞"], ["a", "", "ü€𝄞"], ["a", "", "ü€𝄞"], [1, null, true]],
];

for (const simd of /** @type {const} */ (["relaxed", "baseline"])) {
  describe(simd, () => {
    /** @type {() => any} */
    let create;
    before(async () => {
      create = await engine(simd);
    });

    for (const [dtype, typed, plain, expected, wrong] of CASES) {
      test(`${dtype} goes in and comes out`, () => {
        const model = create();
        model.load(identity("x", ["N"], dtype));
        const [input] = model.describe().inputs;
        assert.deepEqual([input.dtype, input.shape], [dtype, ["N"]]);
        for (const value of [typed, plain, { x: plain }, { data: typed, shape: [3] }, { data: plain, dtype }]) {
          const { same } = model.predict(value).outputs;
          assert.deepEqual([same.dtype, [...same.shape]], [dtype, [3]]);
          assert.deepEqual(same.data, expected);
        }
        for (const value of wrong) {
          assert.throws(() => model.predict([value]), { name: "OnnxletError", code: "invalid" }, String(value));
        }
      });
    }
  });
}
