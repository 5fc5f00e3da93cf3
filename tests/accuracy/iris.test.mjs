// The iris model over its 150 flowers in Node: nothing is shaped by digits.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { importInstalled, install } from "../setup/installed.mjs";
import { largestDifference, readFloats, readIntegers } from "../setup/reference.mjs";

const FLOWERS = 150;
const FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"];

/** @type {any} */
let load;
/** @type {Float32Array} */
let features;
/** @type {bigint[]} */
let labels;
/** @type {bigint[]} */
let species;

before(async () => {
  ({ load } = await importInstalled(await install("iris", "accuracy-iris")));
  features = await readFloats("iris/features.f32");
  labels = await readIntegers("iris/label.i64");
  species = await readIntegers("iris/species.i64");
});

for (const simd of ["relaxed", "baseline"]) {
  describe(simd, () => {
    /** @type {any} */
    let outputs;
    before(async () => {
      const model = await load({ simd });
      ({ outputs } = await model.predict({ data: features, shape: [FLOWERS, FEATURES.length] }));
      model.dispose();
    });

    test("every label is onnxruntime's", () => {
      assert.deepEqual([...outputs.label.data], labels);
    });

    test("the probabilities are within 1e-4 of onnxruntime's", async () => {
      const difference = largestDifference(outputs.probabilities.data, await readFloats("iris/probabilities.f32"));
      assert.ok(difference <= 1e-4, `${difference}`);
    });

    test("nearly every species is right", () => {
      const right = species.filter((number, flower) => number === outputs.label.data[flower]).length;
      assert.ok(right >= 0.95 * FLOWERS, `${right} of ${FLOWERS}`);
    });

    test("records with named features answer as the tensor does", async () => {
      const model = await load({ simd });
      const records = Array.from({ length: FLOWERS }, (_, flower) =>
        Object.fromEntries(FEATURES.map((name, at) => [name, features[flower * FEATURES.length + at]])),
      );
      const answer = await model.predict(records);
      assert.deepEqual(answer.outputs.probabilities.data, outputs.probabilities.data);
      assert.equal(answer.tops.length, FLOWERS);
      model.dispose();
    });
  });
}
