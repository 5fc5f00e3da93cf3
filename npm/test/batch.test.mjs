// Which inputs are batches, and how they are cut.
import assert from "node:assert/strict";
import { test } from "node:test";
import { batchesOf } from "../dist/runtime/batch.js";

const spec = (name, shape, dtype = "float32") => ({ name, dtype, shape });
const finder = (inputs, { outputs = [spec("y", ["N", 3])], cards = {} } = {}) => batchesOf({ inputs, outputs, card: { inputs: cards } });

/** How many examples a batch has, and its parts of the first and of the other examples. */
function cut(find, input) {
  const batch = find(input);
  return batch && [batch.count, batch.cut(0, 1), batch.cut(1, batch.count)];
}

test("flat and nested arrays, and data with a shape, are cut into parts of the same form", () => {
  const find = finder([spec("x", ["N", 2])]);
  const typed = Float32Array.of(1, 2, 3, 4, 5, 6);
  assert.deepEqual(cut(find, typed), [3, Float32Array.of(1, 2), Float32Array.of(3, 4, 5, 6)]);
  assert.deepEqual(cut(find, [1, 2, 3, 4]), [2, [1, 2], [3, 4]]);
  assert.deepEqual(cut(find, [[1, 2], [3, 4]]), [2, [[1, 2]], [[3, 4]]]);
  assert.deepEqual(cut(find, [Float32Array.of(1, 2), Float32Array.of(3, 4)]), [2, [Float32Array.of(1, 2)], [Float32Array.of(3, 4)]]);
  const declared = { data: typed, shape: [3, 2] };
  assert.deepEqual(cut(find, declared)[2], { data: Float32Array.of(3, 4, 5, 6), shape: [2, 2] });
  assert.deepEqual(cut(find, { data: [1, 2, 3, 4], shape: [2, 2], dtype: "float32" })[1], { data: [1, 2], shape: [1, 2], dtype: "float32" });
});

test("names and envelopes stay around the parts", () => {
  const find = finder([spec("a", ["N", 2]), spec("b", ["N"])]);
  const input = { a: [[1, 2], [3, 4]], b: Int32Array.of(5, 6) };
  assert.deepEqual(cut(find, input), [2, { a: [[1, 2]], b: Int32Array.of(5) }, { a: [[3, 4]], b: Int32Array.of(6) }]);
  assert.deepEqual(cut(find, { inputs: input, top_k: 2 })[1], { inputs: { a: [[1, 2]], b: Int32Array.of(5) }, top_k: 2 });
  for (const other of [{ ...input, b: [5] }, { a: input.a }, { ...input, c: 1 }, input.a]) assert.equal(find(other), undefined);
});

test("pictures and records are cut only for inputs that take them", () => {
  const image = { width: 2, height: 2, layout: "NCHW" };
  const pictures = [Uint8Array.of(1), { base64: "" }, { data: new Uint8ClampedArray(4), width: 1, height: 1 }];
  assert.equal(finder([spec("x", ["N", 1, 2, 2])], { cards: { x: { image } } })(pictures).count, 3);
  assert.equal(finder([spec("x", ["N", 1, 2, 2])])(pictures), undefined);
  // One picture of such a layout would do, but no two.
  assert.equal(finder([spec("x", ["N", 1, 2, 2])], { cards: { x: { image: { ...image, layout: "HW" } } } })(pictures), undefined);
  // An encoded picture is no flat array.
  assert.equal(finder([spec("x", ["N", 1, 2, 2])], { cards: { x: { image } } })(new Uint8Array(8)), undefined);
  const records = [{ a: 1, b: 2 }, { a: 3, b: 4 }];
  const features = [{ name: "a" }, { name: "b" }];
  assert.deepEqual(cut(finder([spec("x", ["N", 2])], { cards: { x: { features } } }), records), [2, [records[0]], [records[1]]]);
  assert.equal(finder([spec("x", ["N", 2])])(records), undefined);
  assert.equal(finder([spec("x", ["N", 1, 2])], { cards: { x: { features } } })(records), undefined);
});

test("what parts would be read differently from the whole is no batch", () => {
  const find = finder([spec("x", ["N", 2])]);
  for (const input of [
    [],
    7,
    null,
    "text",
    [1, 2],
    [1, 2, 3],
    [[1, 2], [3]],
    [[1, 2], [true, false]],
    [[1, 2], [3n, 4n]],
    [[1, 2], [3, null]],
    [[1, 2], Float32Array.of(3, 4)],
    [Int32Array.of(1, 2), Float32Array.of(3, 4)],
    [Uint8Array.of(1, 2), Uint8Array.of(3, 4)],
    [[1n, 2n], [3n, 4n]],
    new DataView(new ArrayBuffer(16)),
    new Float32Array(5),
    { data: new Float32Array(4), shape: [4] },
    { data: new Float32Array(4), shape: [2, 3] },
    { data: new Float32Array(4), shape: [1, 4] },
    { data: new Float32Array(4), shape: "2,2" },
    { data: [1, "2", 3, 4], shape: [2, 2] },
  ]) {
    assert.equal(find(input), undefined, JSON.stringify(input, (_, value) => (typeof value === "bigint" ? `${value}n` : value)));
  }
});

test("where other axes are open, only data that says its shape is cut", () => {
  const find = finder([spec("x", ["N", "L"])]);
  assert.equal(find([[1, 2], [3, 4]]), undefined);
  assert.equal(find(new Float32Array(4)), undefined);
  assert.deepEqual(cut(find, { data: [1, 2, 3, 4, 5, 6], shape: [2, 3] })[1], { data: [1, 2, 3], shape: [1, 3] });
});

test("a batch beyond the engine's limit is left whole, for the engine to refuse", () => {
  const find = finder([spec("x", ["N", 1024])]);
  assert.equal(find(new Uint8Array(16 * 2 ** 20)).count, 16 * 1024);
  assert.equal(find(new Uint8Array(16 * 2 ** 20 + 1024)), undefined);
});

test("a model is cut only along an open axis that is the first of everything, and nothing else's", () => {
  for (const [inputs, outputs] of [
    [[spec("x", [4, 2])], [spec("y", ["N"])]],
    [[spec("x", ["N", 2])], [spec("y", [1])]],
    [[spec("x", ["N", 2]), spec("z", [3])], [spec("y", ["N"])]],
    [[spec("x", ["N", "N"])], [spec("y", ["N"])]],
    [[spec("x", ["N", 2]), spec("z", ["M", "N"])], [spec("y", ["N"])]],
    [[spec("x", null)], [spec("y", ["N"])]],
    [[spec("x", [])], [spec("y", ["N"])]],
  ]) {
    assert.equal(finder(inputs, { outputs }), undefined, JSON.stringify([inputs, outputs]));
  }
});
