// The packed digits package in Node, on the calling thread.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { succeed } from "./support/command.mjs";
import { project } from "./support/installed.mjs";
import { ROOT } from "../setup/paths.mjs";
import { sample } from "./support/paths.mjs";

/** @type {any} */
let digits;
/** @type {any} */
let model;
let folder = "";

before(async () => {
  folder = await project(["digits"], { "entry.mjs": 'export * from "onnxlet-digits";' });
  digits = await import(pathToFileURL(join(folder, "entry.mjs")).href);
  model = await digits.load();
});

/** A vertical stroke, as one channel of 28 rows of 28 values. */
const one = [
  Array.from({ length: 28 }, (_, row) =>
    Array.from({ length: 28 }, (_, column) => (row > 3 && row < 24 && column > 12 && column < 16 ? 1 : 0)),
  ),
];

test("it reads every sample picture", async () => {
  for (let digit = 0; digit < 10; digit += 1) {
    const { top, outputs } = await model.predict(await readFile(sample(digit)));
    assert.equal(top[0].label, String(digit));
    assert.equal(top[0].index, digit);
    assert.equal(top.length, 3);
    assert.deepEqual(outputs.probs.shape, [1, 10]);
    assert.ok(outputs.probs.data instanceof Float32Array);
    const sum = outputs.probs.data.reduce((/** @type {number} */ total, /** @type {number} */ p) => total + p, 0);
    assert.ok(Math.abs(sum - 1) < 1e-5);
  }
});

test("a batch of pictures is answered picture by picture", async () => {
  const pictures = await Promise.all(Array.from({ length: 10 }, (_, digit) => readFile(sample(digit))));
  const { tops, outputs } = await model.predict(pictures, { topK: 1 });
  assert.deepEqual(tops.map((/** @type {any} */ [best]) => best.label), [..."0123456789"]);
  assert.deepEqual(outputs.probs.shape, [10, 10]);
  const [first] = (await model.predict([new Blob([pictures[0]]), pictures[1]])).tops;
  assert.equal(first[0].label, "0");
});

test("every form of one tensor gives the same bits", async () => {
  const flat = one.flat(2);
  const forms = [
    one,
    [one],
    flat,
    Float32Array.from(flat),
    Float64Array.from(flat),
    { data: Float32Array.from(flat), shape: [1, 1, 28, 28] },
    { data: flat, shape: [1, 28, 28] },
    { image: one },
    { image: { data: Float32Array.from(flat), shape: [1, 28, 28] } },
  ];
  const answers = await Promise.all(forms.map((form) => model.predict(form)));
  assert.equal(answers[0].top[0].label, "1");
  for (const { outputs } of answers) assert.deepEqual(outputs.probs.data, answers[0].outputs.probs.data);
});

test("every form of one picture gives the same bits", async () => {
  const bytes = await readFile(sample(7));
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const forms = [
    bytes,
    new Uint8Array(bytes),
    buffer,
    new Blob([bytes]),
    new File([bytes], "7.png"),
    new Response(bytes),
    { base64: bytes.toString("base64") },
    { image: bytes },
    { image: new Blob([bytes]) },
  ];
  const answers = await Promise.all(forms.map((form) => model.predict(form)));
  assert.equal(answers[0].top[0].label, "7");
  for (const { outputs } of answers) assert.deepEqual(outputs.probs.data, answers[0].outputs.probs.data);
});

test("options choose labels and outputs", async () => {
  const { top, outputs } = await model.predict(one, { topK: 5, outputs: ["probs"] });
  assert.equal(top.length, 5);
  assert.deepEqual(Object.keys(outputs), ["probs"]);
});

test("it describes itself", async () => {
  const onnx = await readFile(join(ROOT, "models", "digits", "model.onnx"));
  const { name, digest, inputs, outputs, engine } = model.describe();
  assert.equal(name, "digits");
  assert.equal(digest, `sha256:${createHash("sha256").update(onnx).digest("hex")}`);
  assert.deepEqual(inputs[0].shape.slice(1), [1, 28, 28]);
  assert.deepEqual(outputs[0].labels, [..."0123456789"]);
  assert.deepEqual(model.signature, { inputs, outputs });
  const [major] = process.versions.node.split(".").map(Number);
  assert.equal(engine.simd, (major ?? 0) >= 22 ? "relaxed" : "baseline");
});

test("the baseline build answers alike", async () => {
  const baseline = await digits.load({ simd: "baseline" });
  assert.equal(baseline.describe().engine.simd, "baseline");
  const [expected, got] = await Promise.all([model.predict(one), baseline.predict(one)]);
  got.outputs.probs.data.forEach((/** @type {number} */ p, /** @type {number} */ index) => {
    assert.ok(Math.abs(p - expected.outputs.probs.data[index]) < 1e-5);
  });
  baseline.dispose();
});

test("what doesn't fit is refused by the field's name, and the next call is answered", async () => {
  const png = await readFile(sample(3));
  /** @type {[unknown, object | undefined, string, RegExp][]} */
  const refused = [
    [[1, 2, 3], undefined, "invalid", /image/],
    [{ picture: one }, undefined, "invalid", /picture/],
    [new Map(), undefined, "invalid", /Map/],
    [undefined, undefined, "invalid", /undefined/],
    [Array(784).fill(NaN), undefined, "invalid", /NaN/],
    [png.subarray(0, 200), undefined, "malformed", /image/],
    [one, { topK: 0 }, "invalid", /topK/],
    [one, { outputs: ["nothing"] }, "invalid", /nothing/],
  ];
  for (const [input, options, code, message] of refused) {
    await assert.rejects(model.predict(input, options), (/** @type {any} */ error) => {
      assert.ok(error instanceof digits.OnnxletError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      if (code === "invalid") assert.ok(error.problems.length > 0);
      return true;
    });
    assert.equal((await model.predict(png)).top[0].label, "3");
  }
  assert.equal(model.stats.traps, 0);
});

test("the caller's own exceptions come through", async () => {
  const input = {
    get image() {
      throw new RangeError("mine");
    },
  };
  await assert.rejects(model.predict(input), { name: "RangeError", message: "mine" });
  assert.equal((await model.predict(one)).top[0].label, "1");
});

test("an engine that was stopped half-way is replaced", async () => {
  const own = await digits.load();
  // No plain object, so the engine itself meets the getter, and its frames are left by the exception.
  const trap = Object.defineProperty(new (class Input {})(), "image", {
    enumerable: true,
    get() {
      throw new Error("in the middle of a call");
    },
  });
  await assert.rejects(own.predict(trap), { code: "engine", message: /^the engine stopped: .*in the middle of a call/ });
  assert.equal((await own.predict(one)).top[0].label, "1");
  assert.deepEqual(own.stats, { predictions: 1, traps: 1, fallbacks: 0 });
  own.dispose();
});

test("an aborted signal rejects with its reason", async () => {
  await assert.rejects(model.predict(one, { signal: AbortSignal.abort() }), { name: "AbortError" });
  await assert.rejects(digits.load({ signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("a disposed model refuses, others live on", async () => {
  const other = await digits.load();
  other.dispose();
  await assert.rejects(other.predict(one), { code: "disposed", message: /digits/ });
  assert.equal((await model.predict(one)).top[0].label, "1");
});

test("the module may come from anywhere", async () => {
  const path = join(folder, "node_modules/onnxlet-digits/wasm/lean.baseline.wasm");
  const bytes = await readFile(path);
  /** @type {object[]} */
  const progress = [];
  const onProgress = (/** @type {object} */ step) => progress.push(step);
  for (const wasm of [path, pathToFileURL(path), bytes, await WebAssembly.compile(bytes), new Response(bytes)]) {
    const elsewhere = await digits.load({ wasm, simd: "baseline", onProgress });
    assert.equal((await elsewhere.predict(one)).top[0].label, "1");
  }
  assert.deepEqual(progress[0], { loaded: bytes.length, total: bytes.length });
});

test("a module that can't be had is named", async () => {
  /** @type {[object, RegExp][]} */
  const refused = [
    [{ wasm: "no/such.wasm" }, /such\.wasm: could not be read/],
    [{ wasm: join(folder, "package.json") }, /package\.json: .*begins with "\{/],
    [{ simd: "mmx" }, /^simd: expected/],
  ];
  for (const [options, message] of refused) await assert.rejects(digits.load(options), { code: "load", message });
});

test("the Node on PATH runs it too", async () => {
  const program = process.env.ONNXLET_NODE_ON_PATH ?? process.execPath;
  const script = `import { load } from "onnxlet-digits";
    import { readFile } from "node:fs/promises";
    for (const offThread of [false, true]) {
      const model = await load({ offThread });
      const { top } = await model.predict(await readFile(${JSON.stringify(sample(4))}));
      console.log(top[0].label);
    }`;
  assert.equal(await succeed(program, ["--input-type=module", "--eval", script], { cwd: folder }), "4\n4\n");
});
