// What the packed command says to models, cards and options that it can't use.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { built, cliProject, modelFile, onnxlet } from "./support/cli.mjs";

let folder = "";
before(async () => {
  folder = await cliProject([]);
  const model = await readFile(modelFile("digits", "model.onnx"));
  await writeFile(join(folder, "whole.onnx"), model);
  await writeFile(join(folder, "cut.onnx"), model.subarray(0, 9000));
  await writeFile(join(folder, "unsupported.onnx"), Buffer.from(model.toString("latin1").replace(/Conv/g, "Cxnv"), "latin1"));
  await writeFile(join(folder, "text.onnx"), "<!doctype html><title>Not found</title>");
  await writeFile(join(folder, "empty.onnx"), "");
  await writeFile(join(folder, "lfs.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
  await writeFile(join(folder, "outside.onnx"), externalModel("weights.bin"));
  await writeFile(join(folder, "astray.onnx"), externalModel("../weights.bin"));
  await writeFile(join(folder, "short.onnx"), externalModel("short.bin", { offset: "8", length: "16" }));
  await writeFile(join(folder, "short.bin"), "123456789");
  await writeFile(join(folder, "no-json.json"), "{name: 1}");
  await writeFile(join(folder, "bad.json"), JSON.stringify({ name: "bad", inputs: { image: { image: { width: -1 } } } }));
  await mkdir(join(folder, "taken"));
  await writeFile(join(folder, "taken", "thesis.txt"), "the only copy");
});

/** A message field of protocol buffers. @param {number} number @param {string | number[]} value */
function field(number, value) {
  const bytes = typeof value === "string" ? [...Buffer.from(value)] : value;
  return [number * 8 + 2, bytes.length, ...bytes];
}

/** A model whose one weight lies in another file. @param {string} location @param {Record<string, string>} [place] */
function externalModel(location, place) {
  const entries = Object.entries({ location, ...place }).flatMap(([key, text]) => field(13, [...field(1, key), ...field(2, text)]));
  const weight = [1 * 8, 4, 2 * 8, 1, ...field(8, "w"), ...entries, 14 * 8, 1];
  const graph = [...field(2, "g"), ...field(5, weight)];
  return Uint8Array.from([1 * 8, 8, ...field(7, graph), ...field(8, [2 * 8, 17])]);
}

for (const [about, args, message] of /** @type {[string, string[], RegExp][]} */ ([
  ["no file", ["build", "none.onnx"], /none\.onnx/],
  ["a folder", ["build", "taken"], /taken: expected a file, got a folder/],
  ["an empty file", ["build", "empty.onnx"], /empty\.onnx: expected an ONNX model, got an empty file/],
  ["a page", ["build", "text.onnx"], /text\.onnx: expected an ONNX model, got a file that begins with "<!doctype html>/],
  ["a pointer of Git LFS", ["build", "lfs.onnx"], /git lfs pull/],
  ["a truncated model", ["build", "cut.onnx"], /cut\.onnx: the ONNX model is truncated at 9000 bytes/],
  ["weights in another file", ["inspect", "outside.onnx"], /weights are in another file, "weights\.bin", which can't be read.*onnx\.save_model/s],
  ["weights outside the folder", ["inspect", "astray.onnx"], /expected its weights in files beside it, got the place "\.\.\/weights\.bin"/],
  ["too few weights", ["inspect", "short.onnx"], /expected 16 bytes from 8 on in "short\.bin", got a file of 9 bytes/],
  ["an unknown operator", ["build", "unsupported.onnx"], /unsupported\.onnx: .*Cxnv/],
  ["an unknown operator, inspected", ["inspect", "unsupported.onnx"], /unsupported: .*Cxnv/],
  ["no card file", ["build", "whole.onnx", "--card", "none.json"], /--card: .*none\.json/],
  ["a card that is no JSON", ["build", "whole.onnx", "--card", "no-json.json"], /no-json\.json: expected a card in JSON/],
  ["a bad card", ["build", "whole.onnx", "--card", "bad.json"], /bad\.json: .*inputs\.image\.image/],
  ["a bad name", ["build", "whole.onnx", "--name", "No Name"], /name/],
  ["a shape without sizes", ["build", "whole.onnx", "--shape", "image"], /--shape: expected an input and its sizes, .* got "image"/],
  ["a shape of no size", ["inspect", "whole.onnx", "--shape", "image=0,1"], /--shape: expected an input and its sizes/],
  ["a shape twice", ["build", "whole.onnx", "--shape", "a=1", "--shape", "a=2"], /--shape: "a" stands twice/],
  [
    "a shape that the model can't have",
    ["build", "whole.onnx", "--shape", "image=N,1,28,29"],
    /inputs\.image\.shape: f32\[N,1,28,29\] does not fit the model's f32\[N,1,28,28\]/,
  ],
  ["a folder that is taken", ["build", "whole.onnx", "--out", "taken"], /--out: taken exists; give --force/],
  ["a folder of someone else", ["build", "whole.onnx", "--out", "taken", "--force"], /taken holds something that onnxlet did not make/],
  ["no examples", ["build", "whole.onnx", "--examples", "none"], /--examples: .*none/],
  ["examples of nothing", ["build", "whole.onnx", "--examples", "taken"], /--examples: taken holds no/],
  ["an unknown target", ["build", "whole.onnx", "--target", "phone"], /--target: expected npm, worker, page or all, got "phone"/],
  ["an unknown build", ["build", "whole.onnx", "--simd", "avx"], /--simd: expected relaxed, baseline or both, got "avx"/],
  ["an unknown option", ["build", "whole.onnx", "--fast"], /--fast/],
  ["an unknown command", ["bake", "whole.onnx"], /expected build, serve or inspect, got "bake"/],
  ["no model", ["build"], /build: expected the path of an ONNX model/],
  ["two models", ["build", "whole.onnx", "cut.onnx"], /expected one model, got "cut\.onnx" too/],
  ["an option of build for inspect", ["inspect", "whole.onnx", "--out", "x"], /--out is an option of build/],
  ["an option of build for serve", ["serve", "whole.onnx", "--force"], /serve: --force is an option of build/],
  ["an option of serve for build", ["build", "whole.onnx", "--port", "1"], /build: --port is an option of serve/],
  ["a port that is none", ["serve", "whole.onnx", "--port", "http"], /--port: expected a whole number from 1 to 65535, got "http"/],
  ["a truncated model to serve", ["serve", "cut.onnx"], /cut\.onnx: the ONNX model is truncated at 9000 bytes/],
])) {
  test(`${about}: refused in words`, async () => {
    const { code, output } = await onnxlet(folder, args);
    assert.equal(code, 1, output);
    assert.match(output, message);
    assert.doesNotMatch(output, /\n {4}at /, "a stack is shown");
  });
}

test("a refused folder is left as it was", async () => {
  assert.equal(await readFile(join(folder, "taken", "thesis.txt"), "utf8"), "the only copy");
});

test("inspect shows the signature, operators and parameters, and suggests a card that build takes", async () => {
  const output = await built(folder, ["inspect", "whole.onnx"]);
  assert.match(output, /image {2}f32\[N,1,28,28\]/);
  assert.match(output, /Conv +\d/);
  assert.match(output, /parameters +[\d,]{4,}/);
  await writeFile(join(folder, "suggested.json"), output.slice(output.indexOf("{")));
  await built(folder, ["build", "whole.onnx", "--card", "suggested.json", "--simd", "baseline", "--out", "suggested"]);
});

test("an earlier build is replaced where that is asked for", async () => {
  const args = ["build", modelFile("iris", "model.onnx"), "--simd", "baseline", "--out", "again"];
  await built(folder, args);
  assert.match((await onnxlet(folder, args)).output, /again exists/);
  await built(folder, [...args, "--force"]);
});

test("a Node without relaxed SIMD says so, bakes the rest, and refuses what it can't", async (t) => {
  const node = process.env.ONNXLET_NODE_ON_PATH;
  if (!node) return t.skip("there is one Node only");
  const model = modelFile("iris", "model.onnx");
  const { output: version } = await onnxlet(folder, ["--version"], node);
  assert.match(version, /^\d+\.\d+\.\d+\n$/);
  const { code, output } = await onnxlet(folder, ["build", model, "--out", "old"], node);
  assert.equal(code, 0, output);
  if (!/no relaxed SIMD/.test(output)) return t.skip("the Node on PATH has relaxed SIMD");
  assert.match(output, /only the baseline build is made/);
  const refused = await onnxlet(folder, ["build", model, "--simd", "both", "--out", "older"], node);
  assert.equal(refused.code, 1);
  assert.match(refused.output, /Node 22 or newer, or ask for --simd baseline/);
});

test("a shape given fixes what the model leaves open", async () => {
  assert.match(await built(folder, ["inspect", "whole.onnx"]), /image {2}f32\[N,1,28,28\]/);
  assert.match(await built(folder, ["inspect", "whole.onnx", "--shape", "image=2,1,28,28"]), /image {2}f32\[2,1,28,28\]/);
});
