// Quantised models beside the same in floats: size of the file and of the lean module, time of a prediction in Node.
//
// After `cargo xtask build` and `cargo xtask zoo --make`: `node bench/quantised.mjs [part of a name]`. Each is built by the packed
// command as a user would build it, for both kinds of SIMD. Rounds take turns, so that what else the machine does falls on all.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { built, cliProject } from "../tests/package/support/cli.mjs";
import { read } from "../tests/models/support/tensors.js";
import { ROOT, TARGET } from "../tests/setup/paths.mjs";
import { casesOf, models, ZOO } from "../tests/zoo/support/zoo.mjs";

const ROUNDS = 15;
/** How long a round lasts, in milliseconds. */
const ROUND = 60;
const FLOATS = {
  "quantised-digits": join(ROOT, "models", "digits", "model.onnx"),
  "quantised-ppocr-cls": join(TARGET, "models", "ppocr-cls", "model.onnx"),
};

const [part = ""] = process.argv.slice(2);
const names = (await models()).map(({ name }) => name).filter((name) => name.startsWith("quantised-"));
const project = await cliProject([]);

for (const [prefix, float] of Object.entries(FLOATS).filter(([prefix]) => prefix.includes(part))) {
  const own = names.filter((name) => name.startsWith(`${prefix}-`));
  const card = join(ZOO, own[0] ?? "", "card.json");
  const files = [{ name: "in floats", file: float }, ...own.map((name) => ({ name, file: join(ZOO, name, "model.onnx") }))];
  const one = (await casesOf(own[0] ?? "")).find(({ name }) => name === "row-0");
  if (!one) throw new Error(`${prefix}: the zoo has no case of one row`);
  for (const simd of ["relaxed", "baseline"]) {
    const contestants = [];
    for (const [at, { name, file }] of files.entries()) {
      const out = `${prefix}-${at}-${simd}`;
      await built(project, ["build", file, "--card", card, "--simd", simd, "--out", out]);
      contestants.push({ name, file, folder: join(project, out), ...(await loaded(join(project, out), simd)) });
    }
    const given = Object.fromEntries(Object.entries(one.inputs).map(([input, written]) => [input, read(written)]));
    const times = contestants.map(() => /** @type {number[]} */ ([]));
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [at, { model }] of contestants.entries()) {
        const taken = await time(() => model.predict(given));
        // The first round warms up.
        if (round > 0) times[at]?.push(taken);
      }
    }
    console.log(`\n${prefix}, ${simd}: model.onnx, lean module, median and least milliseconds`);
    for (const [at, { name, file, folder }] of contestants.entries()) {
      const sorted = (times[at] ?? []).sort((a, b) => a - b);
      const sizes = await Promise.all([file, join(folder, "wasm", `lean.${simd}.wasm`)].map(async (path) => (await stat(path)).size));
      const [median, least] = [sorted[sorted.length >> 1], sorted[0]].map((taken) => taken?.toFixed(3));
      console.log([name, ...sizes, median, least].map((cell, place) => String(cell).padEnd(place ? 12 : 36)).join(""));
    }
  }
}

/** @param {string} folder @param {string} simd */
async function loaded(folder, simd) {
  const { load } = await import(pathToFileURL(join(folder, "node.js")).href);
  return { model: await load({ simd }) };
}

/** Milliseconds a call, over a round. @param {() => Promise<unknown>} call */
async function time(call) {
  const begun = performance.now();
  let calls = 0;
  for (; performance.now() - begun < ROUND; calls += 1) await call();
  return (performance.now() - begun) / calls;
}
