// The packed digits package in Node, on a worker thread.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { succeed } from "./support/command.mjs";
import { project } from "./support/installed.mjs";
import { sample } from "./support/paths.mjs";

/** @type {any} */
let digits;
/** @type {any} */
let model;
let folder = "";

before(async () => {
  folder = await project(["digits"], { "entry.mjs": 'export * from "onnxlet-digits";' });
  digits = await import(pathToFileURL(join(folder, "entry.mjs")).href);
  model = await digits.load({ offThread: true });
});
after(() => model.dispose());

test("it answers with the same bits as on the calling thread", async () => {
  const here = await digits.load();
  assert.deepEqual(model.describe(), here.describe());
  for (let digit = 0; digit < 10; digit += 1) {
    const picture = await readFile(sample(digit));
    const [there, near] = await Promise.all([model.predict(picture), here.predict(picture)]);
    assert.equal(there.top[0].label, String(digit));
    assert.deepEqual(there, near);
    assert.ok(picture.byteLength > 0, "the caller's buffer was taken");
  }
});

test("a long call leaves the calling thread free, and may be aborted", async () => {
  const picture = await readFile(sample(5));
  const long = () => Array.from({ length: 300 }, () => picture);
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const controller = new AbortController();
  const calls = [model.predict(long()), model.predict(long(), { signal: controller.signal }), model.predict(picture)];
  controller.abort();
  await assert.rejects(calls[1], { name: "AbortError" });
  assert.equal((await calls[0]).tops.length, 300);
  clearInterval(timer);
  assert.ok(turns > 5, `the calling thread had ${turns} turns`);
  assert.equal((await calls[2]).top[0].label, "5");
});

test("a call that runs is aborted at once, and the next one is answered", async () => {
  const picture = await readFile(sample(6));
  const before = model.stats.predictions;
  const controller = new AbortController();
  const running = model.predict(Array.from({ length: 300 }, () => picture), { signal: controller.signal });
  setTimeout(() => controller.abort(), 5);
  await assert.rejects(running, { name: "AbortError" });
  assert.equal(model.stats.predictions, before, "the call was over before it was aborted");
  assert.equal((await model.predict(picture)).top[0].label, "6");
});

test("errors come across with code and problems", async () => {
  await assert.rejects(model.predict([1, 2, 3]), (/** @type {any} */ error) => {
    assert.ok(error instanceof digits.OnnxletError);
    assert.equal(error.code, "invalid");
    assert.equal(error.problems[0].field, "image");
    return true;
  });
});

test("buffers are moved only when asked", async () => {
  const data = new Float32Array(28 * 28);
  const kept = await model.predict({ data, shape: [1, 1, 28, 28] });
  assert.equal(data.length, 28 * 28);
  const moved = await model.predict({ data, shape: [1, 1, 28, 28] }, { transfer: true });
  assert.equal(data.length, 0);
  assert.deepEqual(moved.outputs, kept.outputs);
});

test("dispose ends the thread and rejects what is under way", async () => {
  const other = await digits.load({ offThread: true });
  const call = other.predict(await readFile(sample(1)));
  other.dispose();
  await assert.rejects(call, { code: "disposed" });
  await assert.rejects(other.predict(new Uint8Array(1)), { code: "disposed" });
});

test("a model that waits keeps no process alive", async () => {
  const script = `import { load } from "onnxlet-digits";
    const model = await load({ offThread: true });
    const { outputs } = await model.predict(new Float32Array(784));
    console.log(outputs.probs.data.length);`;
  assert.equal(await succeed(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder }), "10\n");
});
