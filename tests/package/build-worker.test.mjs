// The Worker that the packed command builds, as wrangler would deploy it, in workerd.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { variable } from "../setup/paths.mjs";
import { built, cliProject, modelFile, onnxlet } from "./support/cli.mjs";
import { interlaced, straight } from "./support/interlaced.mjs";
import { sample } from "./support/paths.mjs";
import { ask, deployed } from "./support/worker-folder.mjs";

const MODELS = ["digits", "iris"];

let folder = "";
/** What the builds printed. @type {Record<string, string>} */
const printed = {};
/** Where the Workers answer. @type {Record<string, string>} */
const origins = {};

/** @param {string} model @param {string} out @param {string[]} [more] */
function command(model, out, more = []) {
  const card = modelFile(model, "card.json");
  return ["build", modelFile(model, "model.onnx"), "--card", card, "--target", "worker", "--out", out, ...more];
}

before(async () => {
  folder = await cliProject(MODELS);
  for (const model of MODELS) {
    printed[model] = await built(folder, command(model, model));
    origins[model] = (await deployed(join(folder, model))).origin;
  }
});

/**
 * Compares the Worker's answers with those of the package that parses the model, to the last bit.
 * @param {string} model
 * @param {unknown[]} inputs as JSON has them, or pictures
 */
async function compare(model, inputs) {
  const entry = pathToFileURL(join(folder, "node_modules", `onnxlet-${model}`, "node.js")).href;
  const unbaked = await (await import(entry)).load({ simd: "relaxed" });
  for (const input of inputs) {
    const { outputs, top } = await unbaked.predict(input);
    const answer = await ask(origins[model] ?? "", input instanceof Uint8Array ? new Uint8Array(input) : JSON.stringify(input));
    for (const name of Object.keys(outputs)) {
      const { dtype, shape, data } = outputs[name];
      const got = answer.outputs[name];
      assert.deepEqual([got.dtype, got.shape], [dtype, shape]);
      assert.deepEqual(data.constructor.from(got.data, data instanceof BigInt64Array ? BigInt : Number), data);
    }
    assert.deepEqual(answer.top.map((/** @type {any} */ { label }) => label), top.map((/** @type {any} */ { label }) => label));
  }
  unbaked.dispose();
}

/** @param {string} model */
async function running(model) {
  const { module, fallbacks } = await (await fetch(`${origins[model]}/version`)).json();
  return { module, fallbacks };
}

/** A stroke, as a picture of 28 × 28. @param {number} x @param {number} y */
const stroke = (x, y) => (Math.abs(x - 14) < 3 && y > 4 && y < 24 ? 0 : 255);

test("digits: pictures, arrays and batches get the bits of the package that parses the model, from the lean module", async () => {
  const pictures = await Promise.all(Array.from({ length: 10 }, async (_, digit) => new Uint8Array(await readFile(sample(digit)))));
  const drawn = Array.from({ length: 784 }, (_, at) => ((at * 2654435761) % 1000) / 1000);
  const data = Array.from({ length: 7 * 784 }, (_, at) => (at % 29 > 24 ? 1 : 0));
  const base64 = Buffer.from(pictures[4] ?? []).toString("base64");
  await compare("digits", [...pictures, drawn, { image: { data, shape: [7, 1, 28, 28] } }, { base64 }, [{ base64 }, { base64 }]]);
  assert.deepEqual(await running("digits"), { module: "lean", fallbacks: 0 });
});

test("iris: every row gets the bits of the package that parses the model, from the lean module", async () => {
  const text = await readFile(modelFile("iris", "rows.csv"), "utf8");
  const rows = text.trim().split("\n").slice(1).map((line) => line.split(",").slice(0, 4).map(Number));
  const names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
  const records = rows.slice(0, 20).map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
  await compare("iris", [...rows, ...records, rows, records]);
  assert.deepEqual(await running("iris"), { module: "lean", fallbacks: 0 });
});

test("a picture like no example is answered by the full module, and counted", async () => {
  const origin = origins.digits ?? "";
  const expected = await ask(origin, new Uint8Array(straight(28, stroke)));
  for (let time = 0; time < 2; time += 1) {
    assert.deepEqual(await ask(origin, new Uint8Array(interlaced(28, stroke))), expected);
    assert.deepEqual(await running("digits"), { module: "full", fallbacks: 1 });
  }
});

test("refusals name the problem", async () => {
  const response = await fetch(`${origins.iris}/predict`, { method: "POST", headers: { "content-type": "image/png" }, body: "x" });
  assert.equal(response.status, 415);
  assert.equal((await ask(origins.iris ?? "", "[1,")).code, "malformed");
  assert.equal((await ask(origins.iris ?? "", "[1, 2, 3]")).code, "invalid");
});

test("the build tells sizes, the time of a request and what to do next, and leaves nothing to the full module", async () => {
  const { digits = "" } = printed;
  assert.match(digits, /src\/lean\.wasm +[\d.]+ [KM]B +[\d.]+ KB\n +src\/full\.wasm +[\d.]+ MB +[\d.]+ MB/);
  assert.match(digits, /worker +[\d.]+ ms +[\d.]+ ms +[\d.]+ ms +[\d.]+ ms/);
  assert.match(digits, /npx wrangler deploy/);
  const { builds } = JSON.parse(await readFile(join(folder, "digits", "onnxlet.json"), "utf8"));
  assert.deepEqual(Object.keys(builds), ["worker"]);
  assert.deepEqual(builds.worker.missed, []);
  assert.ok(builds.worker.examples.answered > 100 && builds.worker.examples.refused > 100, JSON.stringify(builds.worker.examples));
});

test("baking again gives the same files, byte for byte, in the oldest Node too", async () => {
  const { code, output } = await onnxlet(folder, command("iris", "again"), variable("ONNXLET_NODE_ON_PATH"));
  assert.equal(code, 0, output);
  const entries = await readdir(join(folder, "again"), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  assert.ok(files.length > 15);
  for (const path of files) {
    assert.ok((await readFile(path)).equals(await readFile(path.replace(join(folder, "again"), join(folder, "iris")))), path);
  }
});

test("without trimming there is one module, which lacks nothing", async () => {
  await built(folder, command("iris", "whole", ["--no-trim"]));
  assert.deepEqual((await readdir(join(folder, "whole", "src"))).filter((name) => name.endsWith(".wasm")), ["full.wasm"]);
  const { origin } = await deployed(join(folder, "whole"));
  const version = await (await fetch(`${origin}/version`)).json();
  assert.deepEqual([version.module, version.fallbacks], ["full", 0]);
  assert.equal((await ask(origin, "[5.1, 3.5, 1.4, 0.2]")).top[0].label, "setosa");
});

test("of all targets, each has its folder", async () => {
  const card = modelFile("iris", "card.json");
  const args = ["build", modelFile("iris", "model.onnx"), "--card", card, "--target", "all", "--simd", "baseline", "--out", "all"];
  const output = await built(folder, args);
  assert.deepEqual((await readdir(join(folder, "all"))).sort(), ["npm", "onnxlet.json", "page", "worker"]);
  const { builds } = JSON.parse(await readFile(join(folder, "all", "onnxlet.json"), "utf8"));
  assert.deepEqual(Object.keys(builds), ["baseline", "worker"]);
  assert.match(output, /baseline +[\d.]+ ms.*\n +worker +[\d.]+ ms/);
  assert.equal((await ask((await deployed(join(folder, "all", "worker"))).origin, "[5.1, 3.5, 1.4, 0.2]")).top[0].label, "setosa");
});
