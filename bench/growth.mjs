// Whether predicting takes more and more memory: 10,000 calls in Node, beside onnxruntime-web. `cargo xtask bench --growth`.

import { fork } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { messageOf } from "./contestants.mjs";
import { fill } from "./engines.mjs";
import { encode } from "./harness/tensors.mjs";
import { readModels } from "./models.mjs";
import { packageOf } from "./package.mjs";
import { between } from "./page.mjs";
import { BENCH, OUT, SITE, variable } from "./paths.mjs";
import { markdown, text } from "./table.mjs";

/** @typedef {{ calls: number, early: number, late: number }} Phase */
/** @typedef {{ same: Phase, turns: Phase, sizes: number }} Growth */

const PROGRAM = fileURLToPath(new URL("hosts/node-growth.mjs", import.meta.url));
/** @type {import("./types.js").EngineName[]} */
const ENGINES = ["onnxlet-relaxed", "onnxlet-baseline", "onnxruntime-web"];

const { values: options } = parseArgs({
  options: {
    models: { type: "string", default: "digits,iris,ppocr-cls,silero-vad" },
    calls: { type: "string", default: "10000" },
    publish: { type: "boolean", default: false },
  },
});

/** @type {string[][]} */
const rows = [];
/** @type {object[]} */
const results = [];
let grew = false;
for (const model of await readModels(options.models.split(","))) {
  const { describe } = await import(pathToFileURL(join(await packageOf(model), "engines.js")).href);
  const { inputs: specs } = describe("relaxed");
  await mkdir(join(SITE, model.name), { recursive: true });
  await writeFile(join(SITE, model.name, "inputs"), encode(model.inputs));
  for (const engine of ENGINES) {
    const request = { site: SITE, model: model.name, engine, calls: Number(options.calls), specs };
    const growth = await fill(engine, model).then(() => grown(request)).catch(messageOf);
    results.push({ model: model.name, engine, growth });
    rows.push([model.name, engine, ...(typeof growth === "string" ? [growth, "", "", ""] : cells(growth))]);
    grew ||= engine.startsWith("onnxlet") && (typeof growth === "string" || [growth.same, growth.turns].some(({ early, late }) => late > early));
    console.log(rows.at(-1)?.join("  "));
  }
}
const heads = ["model", "engine", "calls, one input", "memory after 100, and after all", "calls, sizes in turn", "memory after each twice, and after all"];
await writeFile(join(OUT, "growth.json"), `${JSON.stringify(results, null, 2)}\n`);
console.log(`\n${text([heads, ...rows], 2)}`);
if (options.publish) {
  const file = join(BENCH, "README.md");
  const page = markdown([heads, heads.map((_, column) => (column < 2 ? "---" : "--:")), ...rows]);
  await writeFile(file, between(await readFile(file, "utf8"), "growth", page));
}
if (grew) throw new Error("memory has grown");

/** @param {Growth} growth @returns {string[]} */
function cells({ same, turns, sizes }) {
  const size = (/** @type {number} */ bytes) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
  const both = (/** @type {Phase} */ { early, late }) => `${size(early)}, ${late === early ? "the same" : size(late)}`;
  return [`${same.calls}`, both(same), `${turns.calls}, ${sizes} sizes`, both(turns)];
}

/** @param {object} request @returns {Promise<Growth>} */
function grown(request) {
  return new Promise((resolve, reject) => {
    const child = fork(PROGRAM, [JSON.stringify(request)], { execPath: variable("ONNXLET_NODE"), execArgv: [] });
    child.on("message", (/** @type {any} */ told) => ("failed" in told ? reject(new Error(told.failed)) : resolve(told)));
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`the process ended with ${code}`)));
  });
}
