// The packed packages as TypeScript sees them, in programs with different libraries.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { run } from "./support/command.mjs";
import { project } from "./support/installed.mjs";
import { ROOT } from "../setup/paths.mjs";
import { tool } from "./support/paths.mjs";

const EVERYWHERE = `
import { load, OnnxletError, type DigitsLabel, type DigitsPrediction } from "onnxlet-digits";
import * as iris from "onnxlet-iris";

const digits = await load({ simd: "auto", offThread: true, onProgress: ({ loaded, total }) => loaded / (total ?? loaded) });
const { top, tops, outputs } = await digits.predict(new Uint8Array(3), { topK: 2, outputs: ["probs"] });
const label: "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" = top[0]!.label;
const typed: DigitsLabel = tops[0]![0]!.label;
const probs: Float32Array = outputs.probs.data;
const answer: DigitsPrediction = await digits.predict([[0, 1], [1, 0]]);
await digits.predict({ image: { data: new Float32Array(784), shape: [1, 1, 28, 28] } });
await digits.predict([{ base64: "" }, new ArrayBuffer(3)]);
const { inputs } = digits.signature;
const size: string | number | undefined = inputs[0]!.shape?.[0];
const independent: "independent" | undefined = digits.describe().batch;
await load({ threads: 2, splitBatch: false });
// @ts-expect-error no number of threads
await load({ threads: true });
digits.dispose();
{
  using flowers = await iris.load();
  const record = { sepal_length: 1, sepal_width: 1, petal_length: 1, petal_width: 1 };
  const species: "setosa" | "versicolor" | "virginica" = (await flowers.predict(record)).top[0]!.label;
  const number: bigint | undefined = (await flowers.predict([record], { outputs: ["label"] })).outputs.label.data[0];
  await flowers.predict(Float32Array.of(1, 2, 3, 4));

  // @ts-expect-error a feature is missing
  await flowers.predict({ sepal_length: 1, sepal_width: 1, petal_length: 1 });
  // @ts-expect-error a feature is no text
  await flowers.predict({ ...record, petal_width: "1" });
  // @ts-expect-error an output that wasn't asked for
  (await flowers.predict(record, { outputs: ["label"] })).outputs.probabilities;
}
try {
  throw new OnnxletError("invalid", "");
} catch (error) {
  if (error instanceof OnnxletError) error.problems.map(({ field, message }) => field + message);
}

// @ts-expect-error an address is no picture
await digits.predict("seven.png");
// @ts-expect-error no number is a picture
await digits.predict(7);
// @ts-expect-error no such input
await digits.predict({ picture: new Uint8Array(3) });
// @ts-expect-error no such output
await digits.predict([], { outputs: ["logits"] });
// @ts-expect-error no such class
const eleven: DigitsLabel = "11";
// @ts-expect-error no such build
await load({ simd: "avx" });
`;

const PAGE = `
import { load } from "onnxlet-digits";
const model = await load({ wasm: new URL("https://example.com/model.wasm"), signal: new AbortController().signal });
const canvas = document.createElement("canvas");
for (const input of [canvas, new Image(), new ImageData(1, 1), new Blob([]), new File([], "a"), await fetch("a")]) {
  await model.predict(input, { signal: AbortSignal.timeout(100) });
}
await model.predict([canvas, canvas]);
// @ts-expect-error an element that shows no picture
await model.predict(document.body);
`;

const NODE = `
import { readFile } from "node:fs/promises";
import { load } from "onnxlet-digits";
const model = await load({ wasm: new URL("file:///model.wasm"), signal: AbortSignal.timeout(100) });
await model.predict(await readFile("a.png"), { signal: AbortSignal.timeout(100) });
await model.predict(await fetch("https://example.com/a.png"));
// @ts-expect-error no picture
await model.predict(new Date());
`;

let folder = "";
before(async () => {
  folder = await project(["digits", "iris"]);
});

/**
 * @param {string} name
 * @param {string} text
 * @param {object} options compiler options
 */
async function check(name, text, options) {
  const compilerOptions = {
    target: "es2022",
    module: "nodenext",
    lib: ["es2022"],
    types: [],
    typeRoots: [join(ROOT, "node_modules", "@types")],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    ...options,
  };
  await writeFile(join(folder, `${name}.ts`), text);
  const config = join(folder, `tsconfig.${name}.json`);
  await writeFile(config, JSON.stringify({ compilerOptions, files: [`${name}.ts`] }));
  return run(process.execPath, [tool("typescript", "tsc"), "-p", config], { cwd: folder });
}

const BUNDLER = { module: "esnext", moduleResolution: "bundler" };

for (const [name, text, options] of /** @type {[string, string, object][]} */ ([
  ["everywhere", EVERYWHERE, {}],
  ["everywhere-bundled", EVERYWHERE, BUNDLER],
  ["everywhere-in-a-page", EVERYWHERE, { ...BUNDLER, lib: ["es2022", "dom"] }],
  ["page", PAGE, { ...BUNDLER, lib: ["es2022", "dom"] }],
  ["node", NODE, { types: ["node"] }],
])) {
  test(`programs compile, and wrong ones do not: ${name}`, async () => {
    const { code, output } = await check(name, text, options);
    assert.equal(output, "");
    assert.equal(code, 0);
  });
}

test("a wrong program is refused with the input's type", async () => {
  const wrong = 'import { load } from "onnxlet-digits";\nawait (await load()).predict({ picture: 1 });\n';
  const { code, output } = await check("wrong", wrong, {});
  assert.notEqual(code, 0);
  assert.match(output, /wrong\.ts\(2,\d+\): error TS2\d+: .*DigitsInput/s);
});
