// The Worker's module: parsing the model, baked (full), and trimmed (lean), it answers its whole HTTP contract alike.
//
// Needs what the build makes: `target/wasm/worker/`, `target/baker/` and `npm/dist/`. Node 22 or later.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const dist = path.join(root, "npm/dist/bake");

/** @type {any} */
let driver;
/** @type {any} */
let tools;

before(async () => {
  const { initSync, Baker } = await import(path.join(root, "target/baker/baker.js"));
  initSync({ module: await readFile(path.join(root, "target/baker/baker_bg.wasm")) });
  const { createEngine: create } = await import(path.join(root, "target/wasm/worker/worker.js"));
  const worker = new Uint8Array(await readFile(path.join(root, "target/wasm/worker/worker_bg.wasm")));
  tools = { Baker, create, worker };
  const files = ["outcome.js", "worker/bake.js", "worker/set.js", "worker/http-call.js"].map((file) => path.join(dist, file));
  // The last `attempt` counts: that of requests.
  driver = Object.assign({}, ...(await Promise.all(files.map((file) => import(file)))));
});

/** @param {string} name */
async function filesOf(name) {
  const [model, card] = await Promise.all(["model.onnx", "card.json"].map((file) => readFile(path.join(root, "models", name, file))));
  return { model: new Uint8Array(model ?? []), card: String(card) };
}

/**
 * Instances that parse the model when they start.
 * @param {{ model: Uint8Array, card: string }} files
 */
async function unbaked({ model, card }) {
  const module = await WebAssembly.compile(tools.worker);
  return async () => {
    const engine = await tools.create(module);
    const door = engine.exports;
    const give = (/** @type {Uint8Array} */ bytes) => {
      const at = door.onnxlet_alloc(bytes.length) >>> 0;
      new Uint8Array(door.memory.buffer).set(bytes, at);
      return [at, bytes.length];
    };
    assert.equal(door.onnxlet_load(...give(model), ...give(new TextEncoder().encode(card))), 0);
    engine.begin(true, 0);
    return engine;
  };
}

/** @param {Uint8Array<ArrayBuffer>} wasm */
async function baked(wasm) {
  const module = await WebAssembly.compile(wasm);
  return async () => {
    const engine = await tools.create(module);
    engine.begin(true, 0);
    return engine;
  };
}

const STATUSES = ["200", "204", "304", "400", "401", "404", "405", "406", "413", "414", "415", "422", "429", "500", "503", "504", "panic"];

/** @type {[string, number][]} */
const MODELS = [["digits", 2_100_000], ["iris", 1_600_000]];

for (const [name, most] of MODELS) {
  test(`${name}: unbaked, full and lean answer every request with the same status, headers, body and log`, async () => {
    const files = await filesOf(name);
    const made = await driver.bakeWorker({ ...tools, ...files, examples: [], keep: "functions" });
    assert.deepEqual([made.lean.missed, made.panicked], [[], []]);
    assert.ok(made.lean.wasm.length < most, `the lean module has ${made.lean.wasm.length} bytes`);
    const [plain, full, lean] = [await unbaked(files), await baked(made.full), await baked(made.lean.wasm)];
    let compared = 0;
    for (const { env, calls } of await driver.groupsOf(made.description, await full(), [])) {
      const engines = [await plain(), await full(), await lean()];
      for (const call of calls) {
        const [expected, ...others] = await Promise.all(engines.map((engine) => driver.attempt(engine, env, call)));
        assert.ok(expected, call.about);
        for (const other of others) assert.ok(driver.sameOutcome(other, expected), call.about);
        compared += 1;
      }
    }
    assert.ok(compared > 500, `${compared} requests`);
  });
}

test("every status of the contract is among the requests", async () => {
  const files = await filesOf("digits");
  const { full, description } = await driver.bakeWorker({ ...tools, ...files, examples: [], keep: "everything" });
  const start = await baked(full);
  const statuses = new Set();
  for (const { env, calls } of await driver.groupsOf(description, await start(), [])) {
    const engine = await start();
    for (const call of calls) statuses.add((await driver.attempt(engine, env, call))?.status ?? "panic");
  }
  assert.deepEqual([...statuses].map(String).sort(), STATUSES);
});
