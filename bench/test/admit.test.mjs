// Nobody takes part whose outputs are wrong, or unknown.

import assert from "node:assert/strict";
import { test } from "node:test";
import { admit } from "../contestants.mjs";
import { readModels } from "../models.mjs";

const [digits] = await readModels(["digits"]);
if (!digits) throw new Error("there are no digits");

/** @param {number} probability of a 7 */
const answer = (probability) => {
  const data = Float32Array.from({ length: 10 }, (_, digit) => (digit === 7 ? probability : (1 - probability) / 9));
  return { cold: 1, predict: [], memory: 0, outputs: { probs: { dtype: "float32", shape: [1, 10], data } } };
};

/**
 * A host where onnxruntime-web answers 0.9 as the reference, and whoever would take part what is given.
 * @param {number} probability
 * @param {string[]} files
 * @returns {import("../contestants.mjs").Place}
 */
const place = (probability, files = ["ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm", "model.onnx"]) => ({
  name: "node",
  host: {
    measure: async () => answer(0.9),
    audit: async () => ({ ...answer(probability), files }),
    close: async () => {},
  },
});

const sizeOf = async () => ({ raw: 3, gzip: 2, brotli: 1 });

test("one with the right outputs is admitted with the bytes of its files", async () => {
  const { admitted, refused } = await admit(digits, ["onnxruntime-web"], [place(0.9001)], sizeOf);
  assert.deepEqual(refused, []);
  assert.deepEqual(admitted.map(({ engine, bytes }) => [engine, bytes]), [["onnxruntime-web", { raw: 9, gzip: 6, brotli: 3 }]]);
});

test("one with a wrong output is refused, and the output named", async () => {
  const { admitted, refused } = await admit(digits, ["onnxruntime-web"], [place(0.7)], sizeOf);
  assert.deepEqual(admitted, []);
  assert.match(refused[0]?.reason ?? "", /^wrong: probs: element \d is 0\.\d+, expected 0\.\d+$/);
});

test("one whose module nobody saw is refused: its bytes would be wrong", async () => {
  const { refused } = await admit(digits, ["onnxruntime-web"], [place(0.9, ["model.onnx"])], sizeOf);
  assert.equal(refused[0]?.reason, "it read no module, but model.onnx");
});

test("without a reference, nobody is admitted", async () => {
  const broken = place(0.9);
  broken.host.measure = async () => {
    throw new Error("out of memory");
  };
  const { admitted, refused } = await admit(digits, ["onnxruntime-web"], [broken], sizeOf);
  assert.deepEqual(admitted, []);
  assert.equal(refused[0]?.reason, "onnxruntime-web, to compare with, fails: out of memory");
});
