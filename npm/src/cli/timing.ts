// Run by measure.ts in a fresh process: loads a package, predicts, and prints how long that took.
import { readFile } from "node:fs/promises";
import { deserialize } from "node:v8";
import type { LoadOptions, ModelBase } from "../runtime/types.js";
import type { Timing } from "./measure.js";

const [entry = "", simd, sample = ""] = process.argv.slice(2);
const input: unknown = deserialize(await readFile(sample));
const { load } = (await import(entry)) as {
  load(options: LoadOptions): Promise<ModelBase & { predict(input: unknown): Promise<unknown> }>;
};

const begun = performance.now();
const model = await load({ simd: simd as "relaxed" | "baseline" });
await model.predict(input);
const cold = performance.now() - begun;

const predict: number[] = [];
for (let run = 0; run < 200 && performance.now() - begun < 1500; run += 1) {
  const from = performance.now();
  await model.predict(input);
  predict.push(performance.now() - from);
}
// The first ones run before the code is optimised.
console.log(JSON.stringify({ cold, predict: predict.slice(predict.length >> 1) } satisfies Timing));
