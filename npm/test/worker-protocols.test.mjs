// The requests that the bake makes in the protocols of other servers, and in compressed ones.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { compressedCalls } from "../dist/bake/worker/compressed.js";
import { protocolCalls } from "../dist/bake/worker/protocols/all.js";
import { binaryOf } from "../dist/bake/worker/protocols/tensor.js";

const description = {
  name: "m",
  version: "1.2.0",
  digest: "",
  inputs: [{ name: "x", dtype: "float32", shape: ["N", 4] }],
  outputs: [{ name: "y", dtype: "float32", shape: ["N", 2], labels: ["a", "b"] }],
  card: {},
  engine: {},
};
const calls = protocolCalls(description, [() => 1, () => 3]);
const text = (bytes) => new TextDecoder().decode(bytes);
const pathOf = ({ url }) => new URL(url).pathname;

test("every path that the Worker has is asked with its method", async () => {
  for (const family of ["inference", "tensorflow", "mlflow"]) {
    const source = await readFile(new URL(`../../worker/src/http/routes/${family}/mod.rs`, import.meta.url), "utf8");
    const paths = [...source.matchAll(/"(\/[^"]*)"/g)].map(([, path]) => path);
    assert.ok(paths.length >= 2, family);
    for (const path of paths) {
      const own = path.replace("{model}", "m").replace("{version}", "1.2.0");
      for (const method of ["GET", "POST", "OPTIONS"]) {
        assert.ok(calls.some((call) => call.method === method && pathOf(call) === own), `${method} ${own}`);
      }
    }
  }
});

test("each protocol is asked in each of its forms", () => {
  const bodies = (path) => calls.filter((call) => pathOf(call) === path && call.body.length > 0).map(({ body }) => text(body));
  const inference = bodies("/v2/models/m/infer");
  for (const field of ['"data":[', '"data":[[', "binary_data_size", "binary_data_output", "classification", '"id":']) {
    assert.ok(inference.some((body) => body.includes(field)), field);
  }
  const serving = bodies("/v1/models/m:predict");
  for (const field of ['"instances":[{"x"', '"instances":[[', '"inputs":{"x"', '"inputs":[[', "b64", "signature_name"]) {
    assert.ok(serving.some((body) => body.includes(field)), field);
  }
  assert.ok(bodies("/v1/models/m:classify").some((body) => body.includes('"context"')));
  const scoring = bodies("/invocations");
  for (const field of ["dataframe_split", "dataframe_records", "instances", "inputs", "0\n"]) {
    assert.ok(scoring.some((body) => body.includes(field)), field);
  }
});

test("binary tensors are as long as their elements are", () => {
  const dtypes = { float16: 2, float32: 4, float64: 8, int8: 1, int16: 2, int32: 4, int64: 8, uint8: 1, uint16: 2, uint32: 4, uint64: 8, bool: 1 };
  for (const [dtype, width] of Object.entries(dtypes)) {
    const bytes = binaryOf({ spec: { name: "x", dtype, shape: [3] }, values: { data: [0, 1, 1], shape: [3] } });
    assert.equal(bytes.length, 3 * width, dtype);
  }
  const texts = binaryOf({ spec: { name: "x", dtype: "string", shape: [2] }, values: { data: ["é", ""], shape: [2] } });
  assert.deepEqual([...texts], [2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0]);
});

test("compressed bodies are what they were, and the same each time", async () => {
  const prediction = { about: "p", method: "POST", url: "http://a/predict", headers: [], body: new TextEncoder().encode("[0,1,2]") };
  const all = await compressedCalls([prediction]);
  const whole = all.filter(({ about }) => about.startsWith("p,"));
  const opened = whole.map(({ body }) => [gunzipSync, inflateSync, inflateRawSync].flatMap((open) => {
    try {
      return [text(open(body))];
    } catch {
      return [];
    }
  }));
  assert.equal(opened.filter(([first]) => first === "[0,1,2]").length >= 3, true);
  for (const accepted of ["gzip", "deflate", "identity"]) {
    assert.ok(all.some(({ headers }) => headers.some(([name, value]) => name === "accept-encoding" && value === accepted)), accepted);
  }
  const again = await compressedCalls([prediction]);
  assert.deepEqual(again, all);
});
