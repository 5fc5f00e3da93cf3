// The packed command builds packages from ONNX files; what they answer is compared with the packages that parse the model.
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, mock, test } from "node:test";
import { pathToFileURL } from "node:url";
import { built, cliProject, install, modelFile } from "./support/cli.mjs";
import { sample } from "./support/paths.mjs";

const warnings = mock.method(console, "warn", () => {});

let folder = "";
/** What the builds of both models printed. @type {string[]} */
let printed = [];
/** Packages by name. @type {Record<string, any>} */
let packages = {};

before(async () => {
  folder = await cliProject(["digits", "iris"]);
  for (const model of ["digits", "iris"]) {
    const args = ["build", modelFile(model, "model.onnx"), "--card", modelFile(model, "card.json"), "--name", `baked-${model}`];
    printed.push(await built(folder, args));
    await install(folder, `./onnxlet-baked-${model}`);
  }
  const names = ["digits", "iris", "baked-digits", "baked-iris"];
  const lines = names.map((name) => `export * as ${name.replace("-", "_")} from "onnxlet-${name}";`);
  await writeFile(join(folder, "entry.mjs"), lines.join("\n"));
  packages = await import(pathToFileURL(join(folder, "entry.mjs")).href);
});

/** A digit drawn by a formula. @param {number} batch */
function drawn(batch) {
  return Float32Array.from({ length: batch * 784 }, (_, at) => ((at * 2654435761) % 1000) / 1000);
}

async function pictures() {
  return Promise.all(Array.from({ length: 10 }, async (_, digit) => new Uint8Array(await readFile(sample(digit)))));
}

/** Inputs of the digits model in every form. */
async function digitInputs() {
  const [files, one] = [await pictures(), drawn(1)];
  const rows = Array.from({ length: 28 }, (_, row) => [...one.slice(row * 28, row * 28 + 28)]);
  const data = Uint8ClampedArray.from({ length: 50 * 40 * 4 }, (_, at) => (at % 4 === 3 ? 255 : (at * 7919) % 256));
  const pixels = { data, width: 50, height: 40 };
  return [
    ...files,
    files,
    { image: files[3] },
    { base64: Buffer.from(files[4] ?? []).toString("base64") },
    pixels,
    [pixels, files[5]],
    one,
    [...one],
    rows,
    [[rows]],
    { data: one, shape: [1, 1, 28, 28] },
    { image: { data: [...drawn(4)], shape: [4, 1, 28, 28] } },
    { data: drawn(7), shape: [7, 1, 28, 28] },
    { data: Float64Array.from(one), shape: [1, 28, 28] },
    { inputs: { image: one }, top_k: 2 },
  ];
}

async function irisInputs() {
  const text = await readFile(modelFile("iris", "rows.csv"), "utf8");
  const rows = text.trim().split("\n").slice(1).map((line) => line.split(",").slice(0, 4).map(Number));
  const names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
  const records = rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
  return [rows, records, ...records, ...rows, { features: records.slice(0, 2) }, Float32Array.from(rows.flat())];
}

/** What a model says to an input: an answer or a refusal. @param {any} model @param {unknown} input @param {object} [options] */
async function outcome(model, input, options) {
  try {
    return await model.predict(input, options);
  } catch (error) {
    const { code, message, problems } = /** @type {any} */ (error);
    return { code, message, problems };
  }
}

/** @param {string} model @param {unknown[]} inputs @param {object} options */
async function compare(model, inputs, options) {
  const plain = await packages[model].load(options);
  const baked = await packages[`baked_${model}`].load(options);
  for (const input of inputs) {
    for (const chosen of [{}, { topK: 1 }]) {
      assert.deepEqual(await outcome(baked, input, chosen), await outcome(plain, input, chosen));
    }
  }
  assert.deepEqual(baked.stats, { predictions: 2 * inputs.length, traps: 0, fallbacks: 0 });
  for (const model of [plain, baked]) model.dispose();
}

for (const simd of ["relaxed", "baseline"]) {
  test(`digits, ${simd}: the same bits as the package that parses the model, in every form, from the lean module`, async () => {
    await compare("digits", await digitInputs(), { simd });
  });

  test(`iris, ${simd}: the same bits as the package that parses the model, in every form, from the lean module`, async () => {
    await compare("iris", await irisInputs(), { simd });
  });
}

test("digits off the thread: the same bits", async () => compare("digits", await digitInputs(), { offThread: true }));

test("a refusal has the same words, and costs no fallback", async () => {
  const [plain, baked] = [await packages.digits.load(), await packages.baked_digits.load()];
  const refused = ["seven", {}, { image: [1, 2] }, { picture: drawn(1) }, [[1], [1, 2]], drawn(1).fill(Number.NaN), new Uint8Array(5)];
  for (const input of refused) {
    const said = await outcome(plain, input);
    assert.ok(said.code, `accepted: ${JSON.stringify(input)}`);
    assert.deepEqual(await outcome(baked, input), said);
  }
  assert.equal(baked.stats.fallbacks, 0);
});

test("the build tells each file's sizes, the times and what to do next", () => {
  const [digits = ""] = printed;
  for (const file of ["lean.relaxed", "lean.baseline", "full.relaxed", "full.baseline"]) {
    assert.match(digits, new RegExp(`wasm/${file}\\.wasm +[\\d.]+ [KM]B +[\\d.]+ [KM]B`));
  }
  assert.match(digits, /relaxed +[\d.]+ ms +[\d.]+ ms +[\d.]+ ms +[\d.]+ ms/);
  assert.match(digits, /npm install \.\/onnxlet-baked-digits/);
});

test("an input like no example is answered by the full module, counted, and told once", async () => {
  // No example has this type, which Node 20 lacks, and TypeScript's ES2022.
  const { Float16Array } = /** @type {any} */ (globalThis);
  const picture = new Float16Array(drawn(1));
  const expected = await (await packages.digits.load()).predict(picture);
  for (const offThread of [false, true]) {
    warnings.mock.resetCalls();
    const baked = await packages.baked_digits.load({ offThread });
    assert.deepEqual(await baked.predict(picture), expected);
    assert.equal(baked.stats.fallbacks, 1);
    assert.deepEqual(await baked.predict(picture), expected);
    assert.deepEqual(baked.stats, { predictions: 2, traps: 0, fallbacks: 1 });
    if (!offThread) assert.equal(warnings.mock.callCount(), 1);
    baked.dispose();
  }
});

test("an engine that was stopped half-way is replaced, without the full module", async () => {
  const baked = await packages.baked_digits.load();
  const trap = Object.defineProperty(new (class Input {})(), "image", {
    enumerable: true,
    get() {
      throw new Error("in the middle of a call");
    },
  });
  await assert.rejects(baked.predict(trap), { code: "engine", message: /in the middle of a call/ });
  assert.equal((await baked.predict((await pictures())[7])).top[0].label, "7");
  assert.deepEqual(baked.stats, { predictions: 1, traps: 1, fallbacks: 0 });
});

test("what is given as an example needs no full module", async () => {
  const rare = { "é": 1 };
  await writeFile(join(folder, "rare.json"), JSON.stringify(rare));
  const args = ["--card", modelFile("iris", "card.json"), "--examples", "rare.json", "--simd", "baseline", "--out", "with-example"];
  await built(folder, ["build", modelFile("iris", "model.onnx"), ...args]);
  const { load } = await import(pathToFileURL(join(folder, "with-example", "node.js")).href);
  const [without, model] = [await packages.baked_iris.load({ simd: "baseline" }), await load()];
  const said = await outcome(without, rare);
  assert.equal(without.stats.fallbacks, 1, "without the example, the full module says it");
  assert.deepEqual(await outcome(model, rare), said);
  assert.deepEqual(model.stats, { predictions: 0, traps: 0, fallbacks: 0 });
});

test("baking twice gives the same files, byte for byte", async () => {
  for (const out of ["first", "second"]) {
    await built(folder, ["build", modelFile("iris", "model.onnx"), "--card", modelFile("iris", "card.json"), "--out", out]);
  }
  const files = (await readdir(join(folder, "first"), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  assert.ok(files.length > 15);
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    const other = path.replace(join(folder, "first"), join(folder, "second"));
    assert.ok((await readFile(path)).equals(await readFile(other)), path);
  }
});

test("without trimming there is one module a build, which lacks nothing", async () => {
  const args = ["--no-trim", "--simd", "baseline", "--out", "whole", "--name", "whole"];
  await built(folder, ["build", modelFile("iris", "model.onnx"), ...args]);
  const wasm = (await readdir(join(folder, "whole", "wasm"))).filter((name) => name.endsWith(".wasm"));
  assert.deepEqual(wasm, ["full.baseline.wasm"]);
  const { load } = await import(pathToFileURL(join(folder, "whole", "node.js")).href);
  const { outputs } = await (await load()).predict([5.1, 3.5, 1.4, 0.2]);
  assert.deepEqual(outputs.label.data, BigInt64Array.of(0n));
});
