// Bakes and trims the real engine with the digits model: the same answers, a fraction of the size.
//
// Needs what the build makes: `target/wasm/digits/relaxed/` (or the folder in ONNXLET_ENGINE) and the baker,
// `target/baker/`. Node 22 or later.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { bake } from "./bake.mjs";
import { instantiate } from "./instance.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = process.env.ONNXLET_ENGINE ?? path.join(root, "target/wasm/digits/relaxed");
const glue = path.join(folder, "engine.js");

/** @type {any} */
let job;
/** @type {Awaited<ReturnType<typeof bake>>} */
let baked;

before(async () => {
  const { initSync, Baker } = await import(path.join(root, "target/baker/baker.js"));
  initSync({ module: await readFile(path.join(root, "target/baker/baker_bg.wasm")) });
  const { createEngine } = await import(glue);
  const engine = await readFile(path.join(folder, "engine_bg.wasm"));
  const model = await readFile(path.join(root, "models/digits/model.onnx"));
  const card = await readFile(path.join(root, "models/digits/card.json"));
  const warm = [1, 2].map((batch) => new TextEncoder().encode(JSON.stringify(plain(image(batch, 0)))));
  job = { Baker, createEngine, engine, model, card, warm, examples };
  baked = await bake(job);
});

/** @param {number} batch @param {number} seed */
function image(batch, seed) {
  const data = Float32Array.from({ length: batch * 784 }, (_, i) => ((i * 2654435761 + seed * 97) % 1000) / 1000);
  return { data, shape: [batch, 1, 28, 28] };
}

/** @param {ReturnType<typeof image>} image */
function plain({ data, shape }) {
  return { data: Array.from(data), shape };
}

/** @param {any} engine */
function examples(engine) {
  for (const batch of [1, 2, 3, 5]) engine.predict(image(batch, batch), undefined);
  for (const bad of malformed) refusal(engine, bad);
  engine.describe();
  engine.lastPanic();
}

const malformed = [null, "seven", {}, { data: [1, 2, 3], shape: [1, 3] }, { image: image(1, 1), more: 1 }, { data: [NaN] }];

/** @param {any} engine @param {unknown} input */
function refusal(engine, input) {
  try {
    engine.predict(input, undefined);
  } catch (error) {
    const { code, message, problems } = /** @type {any} */ (error);
    return { code, message, problems };
  }
  throw new Error("a malformed input was accepted");
}

/** @param {Uint8Array<ArrayBuffer>} wasm */
async function start(wasm) {
  return (await instantiate(job.createEngine, wasm)).engine;
}

/** The full module and every lean one, by name. */
function modules() {
  const lean = Object.entries(baked.lean).map(([keep, { wasm }]) => /** @type {const} */ ([keep, wasm]));
  return [/** @type {const} */ (["full", baked.full]), ...lean];
}

/** The answer to an image, or nothing where a module that keeps only blocks that ran traps. */
const attempt = (/** @type {any} */ engine, /** @type {unknown} */ input) => {
  try {
    return engine.predict(input, undefined);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return undefined;
    throw error;
  }
};

test("unbaked, full and lean modules answer bit for bit the same", async () => {
  const unbaked = await start(job.engine);
  unbaked.load();
  for (const [name, wasm] of modules()) {
    const engine = await start(wasm);
    for (const [batch, seed] of [[1, 11], [2, 12], [5, 13]]) {
      const input = image(Number(batch), Number(seed));
      assert.deepEqual(engine.predict(input, undefined), unbaked.predict(input, undefined), name);
    }
  }
});

test("on inputs unlike the examples, lean modules answer the same or trap", async () => {
  const unbaked = await start(job.engine);
  unbaked.load();
  for (const [name, wasm] of modules()) {
    for (const batch of [4, 7, 16]) {
      const input = image(batch, batch);
      const answer = attempt(await start(wasm), input);
      if (answer || name !== "blocks") assert.deepEqual(answer, unbaked.predict(input, undefined), name);
    }
  }
});

test("lean modules refuse what the full one refuses, with the same words", async () => {
  const full = await start(baked.full);
  for (const [name, wasm] of modules()) {
    const lean = await start(wasm);
    for (const input of malformed) assert.deepEqual(refusal(lean, input), refusal(full, input), name);
  }
});

test("a call of what was dropped traps", async () => {
  const lean = await start(baked.lean.functions.wasm);
  assert.throws(() => lean.load(), WebAssembly.RuntimeError);
});

test("baking twice gives identical files", async () => {
  const again = await bake(job);
  assert.deepEqual(again.full, baked.full);
  for (const [name, { wasm }] of Object.entries(again.lean)) {
    assert.deepEqual(wasm, baked.lean[/** @type {import("./bake.mjs").Keep} */ (name)].wasm, name);
  }
});

test("a lean module is a fraction of the full one", (t) => {
  for (const [name, wasm] of [["unbaked", job.engine], ...modules()]) {
    t.diagnostic(`${name}: ${wasm.length} raw, ${gzipSync(wasm, { level: 9 }).length} gzip, ${brotli(wasm)} brotli`);
  }
  for (const [name, { report }] of Object.entries(baked.lean)) {
    const { functions, codeBytes, dataBytes, memoryBytes } = report.lean;
    t.diagnostic(`${name}: ${JSON.stringify({ functions, codeBytes, dataBytes, memoryBytes })}`);
  }
  const { blocks, functions } = baked.lean;
  assert.ok(functions.report.lean.functions * 20 < functions.report.full.functions);
  assert.ok(functions.report.lean.codeBytes * 10 < functions.report.full.codeBytes);
  assert.ok(blocks.report.lean.codeBytes < functions.report.lean.codeBytes);
});

/** @param {Uint8Array} wasm */
function brotli(wasm) {
  const quality = wasm.length > 4e6 ? 5 : 11;
  return brotliCompressSync(wasm, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }).length;
}
