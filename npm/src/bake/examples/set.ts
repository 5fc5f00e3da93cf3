import type { Description } from "../../assemble/card.js";
import type { Engine } from "../../runtime/engine.js";
import type { TensorSpec } from "../../runtime/types.js";
import { outcomeOf } from "../outcome.js";
import type { Example } from "./example.js";
import { formsOf } from "./forms.js";
import { malformed } from "./malformed.js";
import { plenty } from "./plenty.js";
import { batchSymbol, elements, shapeOf, type Sizes, sizesOf, UNEVEN, USUAL } from "./sizes.js";
import { typed, valuesOf } from "./tensor.js";
import { convertedOnly, validCalls } from "./valid.js";

const BATCHES = [1, 2, 3, 5];
/** For models that take long. What is called a batch here may be any first dimension, a sequence's length say: as for `UNEVEN`. */
const LARGE_BATCHES = [1, 2, 3, 6, 7, 12, 16, 21];
/** Batches of uneven sizes. */
const UNEVEN_BATCHES = [
  { count: 2, size: 7 },
  { count: 3, size: 11 },
] as const;
/** Inputs of more elements are left out, but for the first two batches: what they would run, smaller ones ran. */
const MOST_ELEMENTS = 1 << 19;

/** Models of more bytes, or with inputs of more elements, take too long to answer every form of every input. */
const SMALL_MODEL = 1 << 18;
const SMALL_INPUT = 1 << 14;

/**
 * What a baked model is tried with: valid calls at several batch sizes in every form, malformed ones of every kind, and
 * the user's own. Always the same for the same model, whose file has `modelBytes`.
 */
export function exampleSet(description: Description, engine: Engine, given: readonly Example[], modelBytes = 0): Example[] {
  const all = sizesThatWork(description.inputs, engine);
  const [first] = all;
  const isLarge = modelBytes > SMALL_MODEL || (first !== undefined && elements(description.inputs, first) > SMALL_INPUT);
  const sizes = isLarge ? sizesThatWork(description.inputs, engine, LARGE_BATCHES) : all;
  const valid = sizes.flatMap((size, at) => {
    const forms = description.inputs.map((input, index) => formsOf(description, input, size, 10 * at + index));
    const calls = validCalls(description, forms);
    return isLarge ? convertedOnly(calls, at === 0) : calls;
  });
  const more = isLarge || first === undefined ? [] : plenty(description, first);
  return [...given, ...valid, ...more, ...malformed(description, sizes[0] ?? sizesOf(description.inputs, 1, 1))];
}

/** A call that the model answers, at batch 1: what timing is done with. */
export function plainCall(inputs: readonly TensorSpec[], sizes: Sizes): Example {
  const named = inputs.map((input) => {
    const shape = shapeOf(input, sizes);
    return [input.name, { data: typed(input.dtype, valuesOf(input, shape, 1)), shape }];
  });
  return { about: "data and shape", input: Object.fromEntries(named) };
}

/**
 * The sizes to try examples at: every batch at the first usual size of the other open dimensions that the model takes, and a
 * batch of one at the next, and at uneven ones, some of these in batches, too. None where it takes none.
 */
export function sizesThatWork(inputs: readonly TensorSpec[], engine: Engine, batches: readonly number[] = BATCHES): Sizes[] {
  const batch = batchSymbol(inputs);
  const open = inputs.some(({ shape }) => shape?.some((size) => typeof size === "string" && size !== batch));
  const works = (size: number) => answers(engine, plainCall(inputs, sizesOf(inputs, 1, size)));
  const [first, second] = firstTwo(open ? USUAL : [1], works);
  if (first === undefined) return [];
  const all = (batch === undefined ? [1] : batches).map((size) => sizesOf(inputs, size, first));
  const uneven = open ? UNEVEN.filter((size) => size !== first && size !== second && works(size)) : [];
  const others = [...(second === undefined ? [] : [second]), ...uneven].map((size) => sizesOf(inputs, 1, size));
  const both = batch === undefined ? [] : UNEVEN_BATCHES.filter(({ size }) => uneven.some((other) => other === size));
  return [...all, ...others, ...both.map(({ count, size }) => sizesOf(inputs, count, size))].filter(
    (sizes, at) => at < 2 || elements(inputs, sizes) <= MOST_ELEMENTS,
  );
}

/** The first two of the sizes that work: trying one may take long. */
function firstTwo(candidates: readonly number[], works: (size: number) => boolean): number[] {
  const found: number[] = [];
  for (const size of candidates) {
    if (found.length < 2 && works(size)) found.push(size);
  }
  return found;
}

function answers(engine: Engine, example: Example): boolean {
  return "prediction" in outcomeOf(engine, example);
}
