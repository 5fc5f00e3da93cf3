// Calls that must be refused, one of each kind: what tells their problems stays in the lean module.
import { type Description, type InputCard, inputCard } from "../../assemble/card.js";
import type { EngineOptions } from "../../runtime/engine.js";
import type { TensorSpec } from "../../runtime/types.js";
import type { Example } from "./example.js";
import type { Form } from "./forms.js";
import { PICTURES } from "./pictures.js";
import { shapeOf, type Sizes } from "./sizes.js";
import { everyClass, nested, typed, valuesOf } from "./tensor.js";

/** Malformed calls: of the whole input, of each input in turn with the others right, and of the options. */
export function malformed(description: Description, sizes: Sizes): Example[] {
  const { inputs } = description;
  const right = Object.fromEntries(inputs.map((input) => [input.name, plain(input, sizes)]));
  const wrong = inputs.flatMap((input) => {
    const card = inputCard(description, input.name);
    return wrongValues(input, card, sizes).flatMap(({ about, value }) => {
      const named = { about: `${input.name}: ${about}`, input: { ...right, [input.name]: value } };
      return inputs.length === 1 ? [named, { about, input: value }] : [named];
    });
  });
  return [...wrongCalls(right, inputs), ...wrong, ...wrongOptions(right)];
}

function plain(input: TensorSpec, sizes: Sizes): unknown {
  const shape = shapeOf(input, sizes);
  return { data: typed(input.dtype, valuesOf(input, shape, 1)), shape };
}

function wrongCalls(right: Readonly<Record<string, unknown>>, inputs: readonly TensorSpec[]): Example[] {
  const names = inputs.map(({ name }) => name);
  const without = Object.fromEntries(Object.entries(right).slice(1));
  const misnamed = Object.fromEntries(Object.entries(right).map(([name, value]) => [`${name}s`, value]));
  const calls: [string, unknown][] = [
    ["nothing", undefined],
    ["null", null],
    ["an empty object", {}],
    ["one input missing", without],
    ["wrong names", misnamed],
    ["one name too many", { ...right, onnxlet_other: [1] }],
    ["an unknown field in the envelope", { inputs: right, more: 1 }],
    ["an envelope of nothing", { inputs: {} }],
    ["an array of inputs", names.map((name) => right[name])],
    ["bad options in the envelope", { inputs: right, outputs: 1, top_k: 0 }],
    ["bad kinds of options in the envelope", { inputs: right, outputs: [1], top_k: "many" }],
    ["an unknown output in the envelope", { inputs: right, outputs: ["onnxlet other"], top_k: 1.5 }],
  ];
  return calls.map(([about, input]) => ({ about, input }));
}

function wrongOptions(input: unknown): Example[] {
  const options: [string, unknown][] = [
    ["topK 0", { topK: 0 }],
    ["topK between whole numbers", { topK: 1.5 }],
    ["topK as text", { topK: "3" }],
    ["topK null", { topK: null }],
    ["outputs as text", { outputs: "probs" }],
    ["outputs of numbers", { outputs: [1] }],
    ["no outputs", { outputs: [] }],
    ["an unknown output", { outputs: ["onnxlet other"] }],
    ["options as a number", 5],
    ["options null", null],
  ];
  return options.map(([about, value]) => ({ about, input, options: value as EngineOptions }));
}

function wrongValues(input: TensorSpec, card: InputCard, sizes: Sizes): Form[] {
  const all = [
    ...wrongKinds(),
    ...wrongShapes(input, shapeOf(input, sizes)),
    ...wrongElements(input, shapeOf(input, sizes)),
    ...strays(shapeOf(input, sizes)),
    ...wrongPictures(),
    ...(card.features ? wrongRecords(card.features.map(({ name }) => name)) : wrongRecords(["a", "b"])),
  ];
  return all.map(([about, value]) => ({ about, value }));
}

/** Larger tensors are not written out. */
const MOST_STRAYS = 1 << 16;

type Wrong = [about: string, value: unknown][];

function wrongKinds(): Wrong {
  let deep: unknown = 1;
  for (let level = 0; level < 200; level += 1) deep = [deep];
  let deepObject: object = {};
  for (let level = 0; level < 20; level += 1) deepObject = { inner: deepObject };
  return [
    ["nothing", undefined],
    ["null", null],
    ["a text", "seven"],
    ["a truth value", true],
    ["a number", 7],
    ["a big number", 7n],
    ["a number beyond 64 bits", 2n ** 70n],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["an empty object", {}],
    ["an empty array", []],
    ["an empty typed array", new Float32Array(0)],
    ["an object of some class", new Map([["a", 1]])],
    ["a date", new Date(0)],
    ["an error", new Error("no")],
    ["arrays too deep", deep],
    ["objects too deep", deepObject],
    ["an object in an array", [1, {}]],
    ["an array of objects", [{}, {}]],
    ["an array of functions", [() => 1]],
    ["an array of nothing", [undefined]],
    ["an array with a hole", new Array(3)],
  ];
}

function wrongShapes({ dtype }: TensorSpec, shape: readonly number[]): Wrong {
  const values = valuesOf({ name: "", dtype, shape: null }, [...shape], 2);
  const data = typed(dtype, values);
  const doubled = { data: [...values.data, ...values.data], shape: [...shape.slice(0, -1), 2 * (shape.at(-1) ?? 1)] };
  const small = values.data.length <= 1 << 16;
  // What is read is given back where it can't be used: each class in its own way.
  const classes = everyClass(2).flatMap(({ name, data: two }): Wrong => [
    [`${name} that don't fill their shape`, { data: two, shape: [...shape, 2] }],
    [`${name} of a shape beyond the limit`, { data: two, shape: [2 ** 28] }],
  ]);
  return [
    ...classes,
    ["a shape that its data doesn't fill", { data, shape: [...shape, 2] }],
    ["one more dimension", { data, shape: [1, 1, ...shape] }],
    ["one less dimension", { data, shape: [data.length] }],
    ["no dimension", { data: data.slice(0, 1), shape: [] }],
    ["a negative size", { data, shape: shape.map((size) => -size) }],
    ["a size between whole numbers", { data, shape: shape.map((size) => size + 0.5) }],
    ["a size as text", { data, shape: shape.map(String) }],
    ["a shape of shapes", { data, shape: [[...shape]] }],
    ["a shape as a number", { data, shape: 3 }],
    ["a shape beyond all memory", { data, shape: [2 ** 20, 2 ** 20, 2 ** 20] }],
    ["a shape beyond the limit", { data, shape: [2 ** 28] }],
    ["a shape of no elements", { data: data.slice(0, 0), shape: [0, ...shape.slice(1)] }],
    ["data missing", { shape: [...shape] }],
    ["data as a number", { data: 1, shape: [...shape] }],
    ["data as an object", { data: {}, shape: [...shape] }],
    ["ragged data", { data: [[1, 2], [3]], shape: [...shape] }],
    ["an unknown field beside data", { data, shape: [...shape], more: 1 }],
    ["another dtype", { data, shape: [...shape], dtype: dtype === "int8" ? "int16" : "int8" }],
    ["a dtype as a number", { data, shape: [...shape], dtype: 1 }],
    ["one element too few", data.slice(1)],
    ["one element too many", [...values.data.slice(0, 1 << 16), values.data[0]]],
    ["ragged arrays", [[1, 2], [3]]],
    ["arrays of different depth", [[1], 2]],
    ["numbers before arrays", [1, [2]]],
    ["ragged typed arrays", [Float32Array.of(1, 2), Float32Array.of(1)]],
    ["a last dimension twice as long", { data: doubled.data, shape: doubled.shape }],
    ...(small ? ([["nested arrays twice as long", nested(doubled)]] satisfies Wrong) : []),
  ];
}

const BOUNDS = [-1, 1.5, 200, 300, -200, 70000, -70000, 2 ** 31, 2 ** 32, -(2 ** 33), 2 ** 53, 2 ** 64, 1e39, 1e300];

/** The right number of numbers, but for one element that is none. */
function strays(shape: readonly number[]): Wrong {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count < 2 || count > MOST_STRAYS) return [];
  return [true, null, "x"].map((stray) => {
    const data = Array.from({ length: count }, (_, at) => (at === 1 ? stray : 0.5));
    return [`one ${JSON.stringify(stray)} among numbers`, data];
  });
}

function wrongElements({ dtype }: TensorSpec, shape: readonly number[]): Wrong {
  const { data } = valuesOf({ name: "", dtype, shape: null }, [...shape], 3);
  const few = data.slice(0, 1 << 16);
  const holding = (element: unknown) => ({ data: [element, ...few.slice(1)], shape: few.length === data.length ? shape : [few.length] });
  const floats = (element: number) => ({ data: Float32Array.from(few, () => element), shape: holding(0).shape });
  return [
    ["NaN", holding(Number.NaN)],
    ["infinity", holding(Number.POSITIVE_INFINITY)],
    ["negative infinity", holding(Number.NEGATIVE_INFINITY)],
    ["typed NaN", floats(Number.NaN)],
    ["typed infinity", floats(Number.POSITIVE_INFINITY)],
    ["typed halves", floats(0.5)],
    ["double NaN", { data: Float64Array.from(few, () => Number.NaN), shape: holding(0).shape }],
    ["double beyond single", { data: Float64Array.from(few, () => 1e300), shape: holding(0).shape }],
    ["a null", holding(null)],
    ["a truth value", holding(true)],
    ["a text", holding("1")],
    ["texts", { data: few.map(() => "1"), shape: holding(0).shape }],
    ["truth values", { data: few.map(() => true), shape: holding(0).shape }],
    ["nulls", { data: few.map(() => null), shape: holding(0).shape }],
    ["nothing", holding(undefined)],
    ["a big number", holding(2n ** 63n)],
    ["a negative big number", holding(-1n)],
    ["a number beyond 64 bits", holding(2n ** 64n)],
    ...BOUNDS.map((bound): Wrong[number] => [`the number ${bound}`, holding(bound)]),
    ["typed twos", { data: Uint8Array.from(few, () => 2), shape: holding(0).shape }],
    ["typed numbers beyond 32 bits", { data: BigInt64Array.from(few, () => 2n ** 40n), shape: holding(0).shape }],
    ["typed numbers beyond 63 bits", { data: BigUint64Array.from(few, () => 2n ** 63n), shape: holding(0).shape }],
  ];
}

const KINDS = ["png-rgb", "jpeg", "jpeg-progressive", "webp", "webp-lossless"];

function wrongPictures(): Wrong {
  const cut = KINDS.flatMap((kind): Wrong => {
    const whole = atob(PICTURES[kind] ?? "");
    return [
      [`${kind} cut in half`, bytes(whole.slice(0, whole.length / 2))],
      [`${kind} cut at its beginning`, bytes(whole.slice(0, 20))],
      [`${kind} with a damaged middle`, bytes(whole.slice(0, whole.length / 2) + "?".repeat(whole.length / 2))],
    ];
  });
  const pixels = new Uint8ClampedArray(16);
  return [
    ...cut,
    ["no bytes", new Uint8Array(0)],
    ["bytes of no picture", bytes("this is no picture, whatever its name may be")],
    ["a GIF", bytes("GIF89a\x01\x00\x01\x00\x00\xff\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;")],
    ["an SVG", bytes('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ["base64 of nothing", { base64: "" }],
    ["base64 of no picture", { base64: btoa("this is no picture") }],
    ["base64 with a foreign character", { base64: "a*b=" }],
    ["base64 with an address before it", { base64: `data:image/png;base64,${PICTURES["png-rgb"]}` }],
    ["base64 as a number", { base64: 5 }],
    ["base64 and more", { base64: PICTURES["png-rgb"], more: 1 }],
    ["a picture and a number", [bytes(atob(PICTURES["png-rgb"] ?? "")), 1]],
    ["a picture and a broken one", [{ base64: PICTURES["png-rgb"] }, { base64: "AAAA" }]],
    ["pixels too few", { data: pixels, width: 3, height: 3 }],
    ["pixels too many", { data: pixels, width: 1, height: 1 }],
    ["pixels without size", { data: new Uint8ClampedArray(0), width: 0, height: 0 }],
    ["pixels with a size between whole numbers", { data: pixels, width: 1.5, height: 2 }],
    ["pixels with a negative size", { data: pixels, width: -2, height: -2 }],
    ["pixels with a size beyond the limit", { data: pixels, width: 100000, height: 100000 }],
  ];
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function wrongRecords(names: readonly string[]): Wrong {
  const record = (value: unknown) => Object.fromEntries(names.map((name) => [name, value]));
  const first = names[0] ?? "";
  const missing = Object.fromEntries(Object.entries(record(1)).slice(1));
  return [
    ["a record with a missing field", missing],
    ["a record with an unknown field", { ...record(1), onnxlet_other: 1 }],
    ["a record with both", { ...missing, onnxlet_other: 1 }],
    ["a record of texts", record("one")],
    ["a record of truth values", record(true)],
    ["a record of nulls", record(null)],
    ["a record with NaN", { ...record(1), [first]: Number.NaN }],
    ["a record with infinity", { ...record(1), [first]: Number.POSITIVE_INFINITY }],
    ["a record of arrays", record([1])],
    ["a record of objects", record({})],
    ["a record of big numbers", record(2n ** 63n)],
    ["records of which one is wrong", [record(1), missing]],
    ["a record beside a number", [record(1), 1]],
    ["a record beside nothing", [record(1), null]],
    ["records in records", [[record(1)]]],
  ];
}
