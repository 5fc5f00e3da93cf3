// The packed packages over ten thousand calls: they take no more memory. `cargo xtask bench --growth` asks more models.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { watchMemories } from "../../bench/harness/memories.mjs";
import { engine } from "../setup/engine.mjs";
import { identity } from "../setup/onnx.mjs";
import { project } from "./support/installed.mjs";

const CALLS = 10_000;
const memories = watchMemories();
let folder = "";
before(async () => {
  folder = await project(["digits", "iris"]);
});

/**
 * Calls, and says how many bytes all memories had after some of the calls and after all.
 * @param {number} soon
 * @param {(call: number) => unknown} call
 * @param {() => number} bytes
 */
async function growth(soon, call, bytes = () => memories.bytes()) {
  let early = 0;
  for (let done = 0; done < CALLS; done += 1) {
    if (done === soon) early = bytes();
    await call(done);
  }
  assert.ok(early > 0, "no memory was seen");
  return bytes() - early;
}

for (const [name, elements] of /** @type {const} */ ([["digits", 784], ["iris", 4]])) {
  test(`${name}: no growth, with one example and with batches of several sizes in turn`, async () => {
    const { load } = await import(pathToFileURL(join(folder, "node_modules", `onnxlet-${name}`, "node.js")).href);
    const model = await load();
    const inputs = [1, 2, 3, 5, 8].map((count) => new Float32Array(count * elements).fill(0.5));
    assert.equal(await growth(100, () => model.predict(inputs[0])), 0);
    assert.equal(await growth(100, (call) => model.predict(inputs[call % inputs.length])), 0);
    assert.deepEqual(model.stats, { predictions: 2 * CALLS, traps: 0, fallbacks: 0 });
    // What is refused leaves nothing behind either.
    const wrong = new Float32Array(elements * 2).fill(NaN);
    assert.equal(await growth(100, () => assert.rejects(model.predict(wrong), { code: "invalid" })), 0);
    model.dispose();
  });
}

test("an open length: no growth, with several lengths in turn", async () => {
  const model = (await engine("baseline"))();
  model.load(identity("x", ["N", "L"]), '{"name": "lengths"}');
  const inputs = [7, 64, 3, 500, 12].map((length) => ({ data: new Float32Array(2 * length), shape: [2, length] }));
  const { memory } = model.exports;
  const call = (/** @type {number} */ done) => model.predict(inputs[done % inputs.length], {});
  assert.equal(await growth(100, call, () => memory.buffer.byteLength), 0);
});
