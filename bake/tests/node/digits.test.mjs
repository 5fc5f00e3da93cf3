// Bakes and trims the real engine with the digits model: the same answers, a fraction of the size and of the start.
//
// Needs what the build makes: `target/wasm/digits/relaxed/` (or the folder in ONNXLET_ENGINE) and the baker,
// `target/baker/`. Node 22 or later.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { bake } from "./bake.mjs";
import { instantiate } from "./instance.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = process.env.ONNXLET_ENGINE ?? path.join(root, "target/wasm/digits/relaxed");
const glue = path.join(folder, "engine.js");
const cold = fileURLToPath(new URL("cold.mjs", import.meta.url));

/** @type {any} */
let job;
/** @type {Awaited<ReturnType<typeof bake>>} */
let baked;
/** @type {string} */
let out;

before(async () => {
  const { initSync, Baker } = await import(path.join(root, "target/baker/baker.js"));
  initSync({ module: await readFile(path.join(root, "target/baker/baker_bg.wasm")) });
  const { createEngine } = await import(glue);
  const engine = await readFile(path.join(folder, "engine_bg.wasm"));
  const model = await readFile(path.join(root, "models/digits/model.onnx"));
  const card = await readFile(path.join(root, "models/digits/card.json"));
  const warm = [1, 2].map((batch) => new TextEncoder().encode(JSON.stringify(plain(image(batch, 0)))));
  job = { Baker, createEngine, engine, model, card, warm, examples, keep: "ran" };
  baked = await bake(job);
  out = await mkdtemp(path.join(tmpdir(), "onnxlet-bake-"));
});

after(() => rm(out, { recursive: true }));

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
    return { code: error.code, message: error.message, problems: error.problems };
  }
  throw new Error("a malformed input was accepted");
}

/** @param {Uint8Array<ArrayBuffer>} wasm */
async function start(wasm) {
  return (await instantiate(job.createEngine, wasm)).engine;
}

test("the unbaked, the full and the lean module answer bit for bit the same", async () => {
  const unbaked = await start(job.engine);
  unbaked.load();
  const full = await start(baked.full);
  const lean = await start(baked.lean);
  for (const [batch, seed] of [[1, 11], [1, 12], [4, 13], [7, 14]]) {
    const input = image(Number(batch), Number(seed));
    const expected = unbaked.predict(input, undefined);
    assert.deepEqual(full.predict(input, undefined), expected);
    assert.deepEqual(lean.predict(input, undefined), expected);
  }
});

test("the lean module refuses what the full one refuses, with the same words", async () => {
  const full = await start(baked.full);
  const lean = await start(baked.lean);
  for (const input of malformed) assert.deepEqual(refusal(lean, input), refusal(full, input));
});

test("a call of what was dropped traps", async () => {
  const lean = await start(baked.lean);
  assert.throws(() => lean.load(), WebAssembly.RuntimeError);
});

test("baking twice gives identical files", async () => {
  const again = await bake(job);
  assert.deepEqual(again.full, baked.full);
  assert.deepEqual(again.lean, baked.lean);
});

test("the lean module is a fraction of the full one", (t) => {
  for (const [name, wasm] of Object.entries({ unbaked: job.engine, full: baked.full, lean: baked.lean })) {
    t.diagnostic(`${name}: ${wasm.length} raw, ${gzipSync(wasm).length} gzip, ${brotli(wasm)} brotli`);
  }
  t.diagnostic(JSON.stringify(baked.report));
  assert.ok(baked.report.lean.functions * 20 < baked.report.full.functions);
  assert.ok(baked.report.lean.codeBytes * 10 < baked.report.full.codeBytes);
});

test("a cold start of the lean module takes less than half of the unbaked engine's", async (t) => {
  await writeFile(path.join(out, "full.wasm"), baked.full);
  await writeFile(path.join(out, "lean.wasm"), baked.lean);
  const unbaked = path.join(folder, "engine_bg.wasm");
  /** @type {Record<string, number>} */
  const best = {};
  for (let round = 0; round < 5; round++) {
    for (const [name, file, load] of [["unbaked", unbaked, "load"], ["full", path.join(out, "full.wasm"), ""], ["lean", path.join(out, "lean.wasm"), ""]]) {
      const ms = Number(execFileSync(process.execPath, [cold, glue, String(file), String(load)], { encoding: "utf8" }));
      best[String(name)] = Math.min(best[String(name)] ?? Infinity, ms);
    }
  }
  t.diagnostic(`cold start, best of 5, ms: ${JSON.stringify(best)}`);
  assert.ok(Number(best.lean) * 2 < Number(best.unbaked));
});

/** @param {Uint8Array} wasm */
function brotli(wasm) {
  const quality = wasm.length > 4e6 ? 5 : 11;
  return brotliCompressSync(wasm, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }).length;
}
