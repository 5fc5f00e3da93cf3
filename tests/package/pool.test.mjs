// The packed packages in Node, on several worker threads.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { succeed } from "./support/command.mjs";
import { project } from "./support/installed.mjs";
import { sample } from "./support/paths.mjs";

/** @type {any} */
let packages;
let folder = "";
/** @type {any[]} */
const models = [];

before(async () => {
  const entry = 'export * as digits from "onnxlet-digits"; export * as iris from "onnxlet-iris";';
  folder = await project(["digits", "iris"], { "entry.mjs": entry });
  packages = await import(pathToFileURL(join(folder, "entry.mjs")).href);
});
after(() => models.forEach((model) => model.dispose()));

/** @param {string} name @param {object} [options] */
async function loaded(name, options) {
  const model = await packages[name].load(options);
  models.push(model);
  return model;
}

/** Images with every grey that there is. @param {number} count */
const images = (count) => Float32Array.from({ length: count * 784 }, (_, at) => ((at * 7919) % 256) / 255);

/** An answer's bits: equal numbers may differ in the sign of a zero. @param {any} answer */
const bits = ({ outputs, ...rest }) => ({
  ...rest,
  outputs: Object.entries(outputs).map(([name, { dtype, shape, data }]) => [name, dtype, shape, Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex")]),
});

test("digits says that its batches are independent; iris, of which nothing is proven, doesn't", async () => {
  assert.equal((await loaded("digits")).describe().batch, "independent");
  assert.equal((await loaded("iris")).describe().batch, undefined);
});

test("batches of digits have one instance's bits, in every form and at every size", async () => {
  const [pool, one] = [await loaded("digits", { threads: 2 }), await loaded("digits")];
  assert.deepEqual(pool.describe(), one.describe());
  for (const count of [1, 2, 3, 5, 16, 64]) {
    const data = images(count);
    const nested = Array.from({ length: count }, (_, row) => [Array.from({ length: 28 }, (_, y) => [...data.subarray(row * 784 + y * 28, row * 784 + y * 28 + 28)])]);
    for (const input of [data, { image: data }, { data, shape: [count, 1, 28, 28] }, nested, { inputs: nested, top_k: 2 }]) {
      assert.deepEqual(bits(await pool.predict(input)), bits(await one.predict(input)), `${count}`);
    }
  }
  assert.equal(pool.stats.traps + pool.stats.fallbacks, 0);
});

test("a batch of pictures is decoded by all threads, in order", async () => {
  const [pool, one] = [await loaded("digits", { threads: 3 }), await loaded("digits")];
  const pictures = await Promise.all(Array.from({ length: 10 }, (_, digit) => readFile(sample(digit))));
  const answer = await pool.predict(pictures, { topK: 2 });
  assert.deepEqual(answer.tops.map((/** @type {any} */ [best]) => best.label), [..."0123456789"]);
  assert.deepEqual(answer, await one.predict(pictures, { topK: 2 }));
  assert.ok(pictures.every(({ byteLength }) => byteLength > 0), "the caller's buffers were taken");
});

test("what is wrong is refused in one instance's words, wherever it is", async () => {
  const [pool, one] = [await loaded("digits", { threads: 2 }), await loaded("digits")];
  const nan = (/** @type {number[]} */ ...rows) => {
    const data = images(8);
    for (const row of rows) data[row * 784 + 5] = NaN;
    return data;
  };
  const png = await readFile(sample(3));
  const broken = png.subarray(0, 60);
  const wrong = [nan(0), nan(7), nan(2, 6), { data: nan(5), shape: [8, 1, 28, 28] }, [png, png, broken], [broken, png, png, broken], [png, png, new Uint8Array(9)]];
  for (const input of [...wrong, new Float32Array(784 * 3 + 1), { image: images(4), other: 1 }, { data: images(4), shape: [4, 28, 28] }]) {
    const { code, message, problems } = await one.predict(input).then(() => assert.fail("it was answered"), (/** @type {any} */ error) => error);
    await assert.rejects(pool.predict(input), { name: "OnnxletError", code, message, problems });
  }
  const tooMany = new Uint8Array(784 * 22_000);
  await assert.rejects(pool.predict({ data: tooMany, shape: [22_000, 1, 28, 28] }), { code: "too_large" });
  assert.equal((await pool.predict(images(8))).tops.length, 8);
  assert.deepEqual(pool.stats, { predictions: 1, traps: 0, fallbacks: 0 });
});

test("iris is split where the caller says so, with labels and numbers of 64 bits", async () => {
  const [pool, one] = [await loaded("iris", { threads: 2, splitBatch: true }), await loaded("iris")];
  const records = Array.from({ length: 151 }, (_, row) => ({
    sepal_length: 4 + (row % 40) / 10,
    sepal_width: 2 + (row % 25) / 10,
    petal_length: 1 + (row % 60) / 10,
    petal_width: (row % 26) / 10,
  }));
  const rows = records.map((record) => Object.values(record));
  for (const input of [records, rows, Float32Array.from(rows.flat()), { features: rows }]) {
    const [shared, alone] = [await pool.predict(input), await one.predict(input)];
    assert.deepEqual(shared.outputs.label, alone.outputs.label);
    assert.deepEqual(shared.tops.map((/** @type {any} */ [best]) => best.label), alone.tops.map((/** @type {any} */ [best]) => best.label));
    for (const [at, value] of shared.outputs.probabilities.data.entries()) {
      assert.ok(Math.abs(value - alone.outputs.probabilities.data[at]) < 1e-6);
    }
  }
});

test("calls at the same time are all answered right", async () => {
  const [pool, one] = [await loaded("digits", { threads: 2 }), await loaded("digits")];
  const inputs = Array.from({ length: 20 }, (_, at) => images(1 + at).map((grey) => (grey + at / 20) % 1));
  const answers = await Promise.all(inputs.map((input) => pool.predict(input)));
  for (const [at, input] of inputs.entries()) assert.deepEqual(answers[at], await one.predict(input));
});

test("a pool that waits keeps no process alive", async () => {
  const script = `import { load } from "onnxlet-digits";
    const model = await load({ threads: 2 });
    const { outputs } = await model.predict(new Float32Array(784 * 8));
    console.log(outputs.probs.shape.join());`;
  assert.equal(await succeed(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder }), "8,10\n");
});
