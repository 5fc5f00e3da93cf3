// The examples that a bake generates from a signature.
import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleSet, sizesThatWork } from "../dist/bake/examples/set.js";
import { shapeOf } from "../dist/bake/examples/sizes.js";
import { nested, typed, valuesOf } from "../dist/bake/examples/tensor.js";
import { sameOutcome } from "../dist/bake/outcome.js";

const input = (name, dtype, shape) => ({ name, dtype, shape });

/** @param {object[]} inputs @param {object} [card] */
function describe(inputs, card = {}) {
  return { name: "m", version: "1.0.0", digest: "", inputs, outputs: [input("y", "float32", ["N", 2])], card, engine: {} };
}

/** An engine that answers what `takes` says and refuses the rest; it remembers what it was asked. */
function fakeEngine(takes = () => true) {
  const asked = [];
  const predict = (value) => {
    asked.push(value);
    if (takes(value)) return { outputs: {} };
    throw { code: "invalid", message: "no", problems: [] };
  };
  return { asked, predict, load() {}, describe: () => undefined, lastPanic: () => undefined };
}

const abouts = (examples) => examples.map(({ about }) => about);

test("a batch of any size is tried at 1, 2, 3 and 5, in every form", () => {
  const examples = exampleSet(describe([input("x", "float32", ["N", 4])]), fakeEngine(), []);
  const batches = examples.map(({ input }) => input?.x?.shape?.[0]);
  for (const batch of [1, 2, 3, 5]) assert.ok(batches.includes(batch), `no batch of ${batch}`);
  const words = abouts(examples);
  for (const form of ["data and shape", "one typed array", "nested arrays", "a flat array", "no batch dimension", "a Uint8ClampedArray"]) {
    assert.ok(words.includes(form) && words.includes(`by name: ${form}`), form);
  }
});

test("a fixed batch is kept", () => {
  const { inputs } = describe([input("x", "float32", [1, 3])]);
  const sizes = sizesThatWork(inputs, fakeEngine());
  assert.deepEqual(sizes.map((size) => shapeOf(inputs[0], size)), [[1, 3]]);
});

test("open dimensions get the first two usual sizes that the model takes and uneven ones, the same for the same name", () => {
  const { inputs } = describe([input("ids", "int64", ["batch", "length"]), input("mask", "int64", ["batch", "length"])]);
  const engine = fakeEngine(({ ids, mask }) => ids.shape[1] <= 16 && mask.shape[1] === ids.shape[1]);
  const shapes = sizesThatWork(inputs, engine).map((size) => shapeOf(inputs[0], size));
  assert.deepEqual(shapes, [[1, 16], [2, 16], [3, 16], [5, 16], [1, 8], [1, 1], [1, 2], [1, 7], [1, 11], [1, 12], [2, 7], [3, 11]]);
});

test("a model that takes no size has malformed examples and the user's own", () => {
  const given = [{ about: "mine", input: 1 }];
  const examples = exampleSet(describe([input("x", "float32", ["N"])]), fakeEngine(() => false), given);
  assert.equal(examples[0], given[0]);
  assert.ok(abouts(examples).includes("ragged arrays"));
  assert.ok(!abouts(examples).includes("one typed array"));
});

test("pictures and records are tried where the card describes them, and only there", () => {
  const image = { inputs: { x: { image: { width: 4, height: 4, color: "gray" } } } };
  const features = { inputs: { x: { features: [{ name: "a", min: 3, max: 4 }, { name: "b" }] } } };
  const set = (card) => exampleSet(describe([input("x", "float32", ["N", 2])], card), fakeEngine(), []);
  for (const kind of ["png-rgb", "jpeg", "webp", "webp-lossless"]) {
    assert.ok(abouts(set(image)).includes(`picture: ${kind}`));
    assert.ok(abouts(set(image)).includes(`base64 picture: ${kind}`));
  }
  assert.ok(!abouts(set({})).some((about) => about.startsWith("picture:")));
  const record = set(features).find(({ about }) => about === "a record").input;
  assert.deepEqual(Object.keys(record), ["a", "b"]);
  assert.ok(record.a >= 3 && record.a <= 4);
  assert.ok(!abouts(set(image)).includes("a record"));
});

test("every option is tried, and every output asked for", () => {
  const examples = exampleSet(describe([input("x", "float32", ["N", 2])]), fakeEngine(), []);
  const options = examples.map(({ options }) => options);
  assert.ok(options.some((option) => option?.topK === 1));
  assert.ok(options.some((option) => option?.outputs?.[0] === "y"));
  assert.ok(options.some((option) => option?.topK === 0));
});

test("the examples are the same each time", () => {
  const card = { inputs: { x: { image: { width: 4, height: 4 } } } };
  const make = () => exampleSet(describe([input("x", "float32", ["N", 1, 4, 4]), input("t", "string", ["N"])], card), fakeEngine(), []);
  const [one, other] = [make(), make()];
  assert.deepEqual(abouts(one), abouts(other));
  const text = (examples) => JSON.stringify(examples, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
  assert.equal(text(one), text(other));
});

test("a large input is not written out, and not tried in large batches", () => {
  const examples = exampleSet(describe([input("x", "float32", ["N", 3, 1024, 1024])]), fakeEngine(), []);
  assert.ok(!abouts(examples).includes("nested arrays"));
  assert.ok(!examples.some(({ input }) => input?.x?.shape?.[0] === 5));
});

test("most examples of a large model are refused before it runs", () => {
  const image = { inputs: { x: { image: { width: 64, height: 64, color: "rgb" } } } };
  const set = (bytes) => exampleSet(describe([input("x", "float32", ["N", 3, 64, 64])], image), fakeEngine(), [], bytes);
  const refused = (examples) => examples.filter(({ options }) => options?.outputs?.[0] === "no such output").length;
  const [small, large] = [set(1000), set(1 << 20)];
  assert.equal(refused(small), 0);
  assert.ok(refused(large) > 60, `${refused(large)} of ${large.length}`);
  for (const about of ["by name: data and shape", "nested arrays", "picture: png-rgb", "topK 1"]) {
    assert.ok(abouts(large).includes(about), about);
  }
});

test("values suit their type", () => {
  assert.ok(typed("int64", valuesOf(input("x", "int64", null), [2, 2], 1)) instanceof BigInt64Array);
  assert.ok(valuesOf(input("x", "bool", null), [9], 1).data.every((value) => typeof value === "boolean"));
  assert.deepEqual(nested({ data: [1, 2, 3, 4, 5, 6], shape: [1, 2, 3] }), [[[1, 2, 3], [4, 5, 6]]]);
  assert.equal(nested({ data: [7], shape: [] }), 7);
});

test("outcomes are the same only to the last bit", () => {
  const answer = (value) => ({ prediction: { outputs: { y: { data: Float32Array.of(value) } } } });
  assert.ok(sameOutcome(answer(Number.NaN), answer(Number.NaN)));
  assert.ok(!sameOutcome(answer(0), answer(-0)));
  assert.ok(!sameOutcome(answer(1), answer(1 + 2 ** -23)));
  assert.ok(!sameOutcome(answer(1), { refusal: { code: "invalid", message: "", problems: [] } }));
  assert.ok(!sameOutcome({ a: 1 }, { a: 1, b: 2 }));
});
