// The forms in which an input may be given, each as a person or a program would write it.
import { type Description, type Feature, type ImageCard, inputCard } from "../../assemble/card.js";
import type { TensorSpec } from "../../runtime/types.js";
import { PICTURES } from "./pictures.js";
import { random } from "./random.js";
import { shapeOf, type Sizes } from "./sizes.js";
import { everyClass, nested, nestedRows, type Range, typed, valuesOf } from "./tensor.js";

/** A value for one input. */
export interface Form {
  about: string;
  value: unknown;
}

/** Arrays of more elements than this are given typed only: nobody writes them out. */
const MOST_WRITTEN = 1 << 20;

/** Every form of an input at some size; the first is a tensor in the model's own type. */
export function formsOf(description: Description, input: TensorSpec, sizes: Sizes, seed: number): Form[] {
  const { image, features } = inputCard(description, input.name);
  const batch = sizesBatch(input, sizes);
  return [
    ...tensors(input, shapeOf(input, sizes), seed, features ? rangeOf(features) : undefined),
    ...(image ? pictures(batch, image) : []),
    ...(features ? records(features, input, batch, seed) : []),
  ];
}

function sizesBatch({ shape }: TensorSpec, sizes: Sizes): number {
  const [first] = shape ?? [];
  return typeof first === "string" ? sizes(first) : 1;
}

function rangeOf(features: readonly Feature[]): Range {
  const [min, max] = [Math.min(...features.map((f) => f.min ?? 0)), Math.max(...features.map((f) => f.max ?? 1))];
  return { min, max };
}

function tensors(input: TensorSpec, shape: number[], seed: number, range: Range | undefined): Form[] {
  const values = valuesOf(input, shape, seed, range);
  const own = typed(input.dtype, values);
  const forms: Form[] = [
    { about: "data and shape", value: { data: own, shape } },
    { about: "one typed array", value: own },
    { about: "data, shape and dtype", value: { data: own, shape, dtype: input.dtype } },
  ];
  if (values.data.length > MOST_WRITTEN) return forms;
  const oneExample = { data: values.data, shape: shape.slice(1) };
  return [
    ...forms,
    { about: "nested arrays", value: nested(values) },
    { about: "arrays of typed arrays", value: nestedRows(input.dtype, values) },
    { about: "a flat array", value: values.data },
    { about: "a plain array and shape", value: { data: values.data, shape } },
    ...(shape[0] === 1 ? [{ about: "no batch dimension", value: nested(oneExample) }] : []),
    ...(shape[0] === 1 ? [{ about: "a shape without batch dimension", value: { ...oneExample, data: own } }] : []),
    ...(input.dtype === "string" ? [] : classes(shape, values.data.length)),
    ...(range ? [{ about: "whole numbers", value: { data: values.data.map(whole), shape } }] : []),
  ];
}

function whole(value: number | bigint | boolean | string): number | bigint | boolean | string {
  return typeof value === "number" ? Math.round(value) : value;
}

function classes(shape: number[], count: number): Form[] {
  return everyClass(count).flatMap(({ name, data }) => [
    { about: `a ${name} and shape`, value: { data, shape } },
    { about: `a ${name}`, value: data },
  ]);
}

function pictures(batch: number, { width, height }: ImageCard): Form[] {
  const encoded = Object.entries(PICTURES).map(([kind, base64]) => ({ kind, base64, bytes: bytesOf(base64) }));
  const drawn = [pixels(28, 28, 1), pixels(40, 25, 2), pixels(9, 60, 3), pixels(300, 200, 4)];
  const odd = oddPixels(width, height);
  const batchOf = <T>(from: readonly T[], first: number) => {
    return Array.from({ length: batch }, (_, at) => from[(first + at) % from.length]);
  };
  if (batch > 1) {
    return [
      { about: "encoded pictures", value: batchOf(encoded.map(({ bytes }) => bytes), 0) },
      { about: "base64 pictures", value: batchOf(encoded.map(({ base64 }) => ({ base64 })), 1) },
      { about: "drawn pictures", value: batchOf(drawn, 0) },
      { about: "odd pictures", value: batchOf(odd, batch) },
      { about: "pictures of several kinds", value: batchOf([drawn[0], encoded[0]?.bytes], 0) },
    ];
  }
  return [
    ...encoded.map(({ kind, bytes }) => ({ about: `picture: ${kind}`, value: bytes })),
    ...encoded.map(({ kind, base64 }) => ({ about: `base64 picture: ${kind}`, value: { base64 } })),
    ...[...drawn, ...odd].map((value, at) => ({ about: `drawn picture ${at}, ${value.width} × ${value.height}`, value })),
    { about: "a batch of one picture", value: [encoded[0]?.bytes] },
    { about: "a batch of one drawn picture", value: [drawn[0]] },
    { about: "a batch of one base64 picture", value: [{ base64: encoded[0]?.base64 }] },
  ];
}

/** What `getImageData` gives: strokes on a light or dark ground, some of it transparent. */
function pixels(width: number, height: number, seed: number) {
  const next = random(seed);
  const ground = seed % 2 === 0 ? 0 : 255;
  const data = new Uint8ClampedArray(width * height * 4).fill(ground);
  for (let at = 0; at < data.length; at += 4) {
    const x = ((at / 4) % width) / width;
    const y = Math.floor(at / 4 / width) / height;
    const inked = Math.abs(x - 0.5) < 0.1 + 0.1 * next() && y > 0.2 && y < 0.8;
    for (let channel = 0; inked && channel < 3; channel += 1) data[at + channel] = 255 - ground - 20 * channel;
    data[at + 3] = seed === 3 && x < 0.3 ? Math.floor(256 * y) : 255;
  }
  return { data, width, height };
}

/** What is not much of a picture, and people send all the same: nothing drawn, a dot, a line, noise, the tensor's own size. */
function oddPixels(width: number, height: number) {
  const next = random(5);
  const noise = blank(50, 37, 0);
  for (let at = 0; at < noise.data.length; at += 1) noise.data[at] = Math.floor(256 * next());
  const dot = blank(90, 70, 255);
  dot.data.fill(0, 400, 403);
  return [
    blank(64, 48, 255),
    { ...blank(20, 30, 0), data: blank(20, 30, 0).data.map((_, at) => (at % 4 === 3 ? 255 : 0)) },
    blank(30, 20, 0),
    blank(width, height, 255),
    blank(1, 1, 255),
    pixels(1, 1, 2),
    pixels(500, 2, 1),
    pixels(2, 500, 2),
    pixels(width, height, 6),
    pixels(3 * width, height, 7),
    pixels(width, 3 * height, 8),
    noise,
    dot,
  ];
}

/** One value throughout: white, or nothing at all. */
function blank(width: number, height: number, value: number) {
  return { data: new Uint8ClampedArray(width * height * 4).fill(value), width, height };
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function records(features: readonly Feature[], { dtype }: TensorSpec, batch: number, seed: number): Form[] {
  const next = random(seed + 1);
  const value = ({ min = 0, max = 1, default: usual }: Feature): unknown => {
    if (dtype === "string") return usual ?? "a";
    if (dtype === "bool") return next() < 0.5;
    const drawn = min + next() * (max - min);
    return dtype.startsWith("float") ? drawn : Math.round(drawn);
  };
  const record = () => Object.fromEntries(features.map((feature) => [feature.name, value(feature)]));
  const usual = Object.fromEntries(features.map((feature) => [feature.name, feature.default ?? value(feature)]));
  const rows = Array.from({ length: batch }, record);
  const backwards = Object.fromEntries(Object.entries(record()).reverse());
  if (batch > 1) return [{ about: "records", value: rows }];
  return [
    { about: "a record", value: record() },
    { about: "a record of usual values", value: usual },
    { about: "a record in another order", value: backwards },
    { about: "a batch of one record", value: rows },
  ];
}
