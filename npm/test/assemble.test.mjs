import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { manifest } from "../dist/assemble/manifest.js";
import { readme } from "../dist/assemble/readme.js";
import { types } from "../dist/assemble/types.js";

/** A model with everything that makes types difficult. */
const awkward = {
  name: "2nd-model.v3",
  version: "1.0.0",
  description: 'Ends a comment */ and "quotes".',
  digest: `sha256:${"0".repeat(64)}`,
  inputs: [
    { name: "input.1", dtype: "int64", shape: ["batch", "sequence"] },
    { name: "class", dtype: "string", shape: ["batch"] },
    { name: "data/mask:0", dtype: "bool", shape: null },
    { name: "row", dtype: "float64", shape: [1, 2] },
    { name: "photo", dtype: "uint8", shape: ["N", 8, 8, 3] },
  ],
  outputs: [
    { name: "out-put", dtype: "float16", shape: ["batch"] },
    { name: "names", dtype: "string", shape: null },
    { name: "counts", dtype: "uint64", shape: [] },
  ],
  card: {
    name: "2nd-model.v3",
    inputs: {
      row: {
        features: [
          { name: "last name", description: "A */ in\na comment" },
          { name: "age", unit: "a", min: 0, max: 130 },
        ],
      },
      photo: { image: { width: 8, height: 8, color: "rgb", layout: "NHWC" } },
    },
  },
  engine: { name: "onnxlet", version: "0.0.0", simd: "baseline" },
};

const program = `
import { load, type Model2ndModelV3Input } from "./index.js";
const input: Model2ndModelV3Input = {
  "input.1": [[1n, 2], [3, 4]],
  class: ["a", "b"],
  "data/mask:0": [true, [false]],
  row: { "last name": 1, age: 2 },
  photo: [new Uint8Array(1), { base64: "" }],
};
const model = await load();
const { outputs } = await model.predict(input, { outputs: ["out-put", "names", "counts"] });
const widened: Float32Array = outputs["out-put"].data;
const texts: string[] = outputs.names.data;
const counts: BigUint64Array = outputs.counts.data;
// @ts-expect-error the model has no labels to rank
await model.predict(input, { topK: 3 });
// @ts-expect-error every input is needed
await model.predict({ class: ["a"] });
`;

test("types for names that are no identifiers, every kind of input, and no labels", async () => {
  const folder = await mkdtemp(join(tmpdir(), "onnxlet-types-"));
  try {
    await mkdir(join(folder, "runtime"));
    for (const file of ["types.d.ts", "errors.d.ts"]) {
      await cp(fileURLToPath(new URL(`../dist/runtime/${file}`, import.meta.url)), join(folder, "runtime", file));
    }
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    await writeFile(join(folder, "index.d.ts"), types(awkward));
    await writeFile(join(folder, "program.ts"), program);
    assert.deepEqual(problemsOf(join(folder, "program.ts")), []);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** @param {string} file */
function problemsOf(file) {
  const options = { strict: true, noEmit: true, module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, types: [] };
  return ts.getPreEmitDiagnostics(ts.createProgram([file], options)).map(({ messageText, file: where }) => {
    return `${where?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

test("the README names every input and output, and shows a call with all inputs", () => {
  const text = readme(awkward, ["wasm/full.baseline.wasm"]);
  for (const { name } of [...awkward.inputs, ...awkward.outputs]) assert.ok(text.includes(`| \`${name}\` |`), name);
  assert.match(text, /predict\(\{\n {2}"input\.1": \{ data: new BigInt64Array\(1\), shape: \[1, 1\] \},/);
  assert.match(text, /photo: picture,/);
});

test("a card without a licence states none", () => {
  assert.equal(manifest(awkward, { files: [], modules: [] }).license, "SEE LICENSE IN README.md");
  assert.equal(manifest({ ...awkward, card: { license: "MIT" } }, { files: [], modules: [] }).license, "MIT");
});
