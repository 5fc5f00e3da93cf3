// Bakes and trims the real engine with the digits model, as the command does: the same answers, a fraction of the size.
//
// Needs what the build makes: `npm/dist/` and, in `target/`, `wasm/digits/baseline/` (the engine with the model bundled, which
// parses it at every start and decodes pictures itself), `wasm/engine/baseline/` (the one that is baked), `wasm/pictures/`
// and `baker/`. Node 22 or later.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const at = (/** @type {string[]} */ ...parts) => path.join(root, ...parts);
const script = (/** @type {string[]} */ ...parts) => import(pathToFileURL(at(...parts)).href);

const POLICIES = /** @type {const} */ (["blocks", "functions"]);

/** @type {any} */
let job;
/** @type {any} */
let unbaked;
/** The bake of each policy. @type {Record<string, any>} */
const baked = {};

before(async () => {
  const { bake } = await script("npm/dist/bake/bake.js");
  const { initSync, Baker } = await script("target/baker/baker.js");
  initSync({ module: await readFile(at("target/baker/baker_bg.wasm")) });
  const host = await (await script("target/wasm/pictures/pictures.js")).createEngine(await compiled("pictures/pictures"));
  const { createEngine } = await script("target/wasm/engine/baseline/engine.js");
  const engine = new Uint8Array(await readFile(at("target/wasm/engine/baseline/engine_bg.wasm")));
  const model = new Uint8Array(await readFile(at("models/digits/model.onnx")));
  const card = await readFile(at("models/digits/card.json"), "utf8");
  job = { Baker, createEngine, host, engine, model, card, examples: [] };
  for (const keep of POLICIES) baked[keep] = await bake({ ...job, keep });
  unbaked = await (await script("target/wasm/digits/baseline/engine.js")).createEngine(await compiled("digits/baseline/engine"));
  unbaked.load();
  assert.equal(unbaked.describe().name, "digits");
});

/** @param {string} stem */
async function compiled(stem) {
  return WebAssembly.compile(await readFile(at("target/wasm", `${stem}_bg.wasm`)));
}

/** @param {number} batch @param {number} seed */
function image(batch, seed) {
  const data = Float32Array.from({ length: batch * 784 }, (_, i) => ((i * 2654435761 + seed * 97) % 1000) / 1000);
  return { data, shape: [batch, 1, 28, 28] };
}

const malformed = [null, "seven", {}, { data: [1, 2, 3], shape: [1, 3] }, { image: image(1, 1), more: 1 }, { data: [NaN] }];

/** @param {any} engine @param {unknown} input */
function refusal(engine, input) {
  try {
    engine.predict(input);
  } catch (error) {
    const { code, message, problems } = /** @type {any} */ (error);
    return { code, message, problems };
  }
  throw new Error("a malformed input was accepted");
}

/** @param {Uint8Array<ArrayBuffer>} wasm */
async function start(wasm) {
  const engine = await job.createEngine(await WebAssembly.compile(wasm), job.host);
  engine.load();
  return engine;
}

/** The full module and every lean one, by name. */
function modules() {
  const lean = POLICIES.map((keep) => /** @type {const} */ ([keep, baked[keep].lean.wasm]));
  return [/** @type {const} */ (["full", baked.functions.full]), ...lean];
}

test("unbaked, full and lean modules answer bit for bit the same", async () => {
  for (const [name, wasm] of modules()) {
    const engine = await start(wasm);
    for (const [batch, seed] of [[1, 11], [2, 12], [5, 13], [4, 14], [7, 15], [16, 16]]) {
      const input = image(Number(batch), Number(seed));
      assert.deepEqual(engine.predict(input), unbaked.predict(input), `${name}, batch ${batch}`);
    }
  }
});

test("pictures of every kind give the same, through the host's decoder and through the engine's own", async () => {
  const { PICTURES } = await script("npm/dist/bake/examples/pictures.js");
  for (const [name, wasm] of modules()) {
    const engine = await start(wasm);
    for (const [kind, base64] of Object.entries(PICTURES)) {
      const input = new Uint8Array(Buffer.from(base64, "base64"));
      assert.deepEqual(engine.predict(input), unbaked.predict(input), `${name}, ${kind}`);
      const half = input.slice(0, input.length >> 1);
      assert.deepEqual(refusal(engine, half), refusal(unbaked, half), `${name}, half of ${kind}`);
    }
  }
});

test("the digits that people draw need nothing that was trimmed away", async () => {
  const engine = await start(baked.blocks.lean.wasm);
  for (let digit = 0; digit < 10; digit += 1) {
    const picture = await readFile(at("models/digits/samples", `${digit}.png`));
    assert.equal(engine.predict(new Uint8Array(picture)).top[0].label, String(digit));
  }
});

test("lean modules refuse what the full one refuses, with the same words", async () => {
  for (const [name, wasm] of modules()) {
    const engine = await start(wasm);
    for (const input of malformed) assert.deepEqual(refusal(engine, input), refusal(unbaked, input), name);
  }
});

test("a call of what was dropped traps", async () => {
  const lean = await start(baked.functions.lean.wasm);
  assert.throws(() => lean.load(job.model), WebAssembly.RuntimeError);
});

test("baking twice gives identical files", async () => {
  const { bake } = await script("npm/dist/bake/bake.js");
  const again = await bake({ ...job, keep: "blocks" });
  assert.deepEqual(again.full, baked.blocks.full);
  assert.deepEqual(again.lean.wasm, baked.blocks.lean.wasm);
});

test("no example of the command's is left to the full module", () => {
  for (const keep of POLICIES) assert.deepEqual(baked[keep].lean.missed, []);
});

test("a lean module is a fraction of the full one", (t) => {
  for (const [name, wasm] of modules()) {
    t.diagnostic(`${name}: ${wasm.length} raw, ${gzipSync(wasm, { level: 9 }).length} gzip`);
  }
  const [blocks, functions] = POLICIES.map((keep) => baked[keep].lean.report);
  assert.ok(functions.lean.functions * 20 < functions.full.functions);
  assert.ok(functions.lean.codeBytes * 10 < functions.full.codeBytes);
  assert.ok(blocks.lean.codeBytes < functions.lean.codeBytes);
});
