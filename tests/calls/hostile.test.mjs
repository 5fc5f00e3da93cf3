// No value makes the engine trap: whatever is given, there is an answer or an OnnxletError, in both SIMD builds.

import { test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { engine } from "../setup/engine.mjs";

/** Values of every kind that JavaScript has, with the words that mean something to the reader of a request. */
const word = fc.constantFrom("image", "inputs", "data", "shape", "dtype", "base64", "width", "height", "float32", "");
const leaf = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true, withNullPrototype: true }),
  fc.double(), fc.bigInt(), word, fc.uint8Array({ maxLength: 64 }), fc.float32Array({ maxLength: 64 }),
  fc.constantFrom(784, 28, 1, -0, 2 ** 53, new Float32Array(784), new Uint8ClampedArray(16), undefined, null),
);
const { value } = fc.letrec((/** @type {(name: "value") => fc.Arbitrary<unknown>} */ tie) => ({
  value: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie("value"), { maxLength: 5 }), fc.dictionary(word, tie("value"), { maxKeys: 4 })),
}));

for (const simd of /** @type {const} */ (["relaxed", "baseline"])) {
  test(`any value gets an answer or an error: ${simd}`, async () => {
    const model = (await engine(simd))();
    model.load();
    const expected = model.predict(new Float32Array(784).fill(0.5)).outputs.probs.data;
    fc.assert(
      fc.property(value, value, (input, options) => {
        try {
          model.predict(input, options);
        } catch (error) {
          // A trap is a WebAssembly.RuntimeError, and its instance is lost.
          assert.equal(/** @type {Error} */ (error).name, "OnnxletError", String(error));
        }
      }),
      { numRuns: 2000 },
    );
    assert.deepEqual(model.predict(new Float32Array(784).fill(0.5)).outputs.probs.data, expected);
  });
}
