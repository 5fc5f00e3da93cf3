// The fetch of Node, as a page or a Worker would use it: every protocol, metadata, one, a batch, an error.
import assert from "node:assert/strict";
import { test } from "node:test";

const BASE = (process.env.ONNXLET_URL ?? "").replace(/\/$/, "");
const IMAGES = [0, 1, 2].map((seed) => Float32Array.from({ length: 784 }, (_, at) => ((at * 31 + seed * 7) % 97) / 128));

/** @param {string} path @param {unknown} [body] @returns {Promise<{ status: number, body: any }>} */
async function ask(path, body) {
  // A text as the body has the type text/plain.
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(BASE + path, init);
  return { status: response.status, body: await response.json() };
}

/** @param {Float32Array[]} images what `POST /predict` answers for them, flat */
async function expected(images) {
  const body = JSON.stringify({ data: images.flatMap((image) => [...image]), shape: [images.length, 1, 28, 28] });
  const response = await fetch(`${BASE}/predict`, { method: "POST", body, headers: { "content-type": "application/json" } });
  assert.equal(response.status, 200);
  return /** @type {any} */ (await response.json()).outputs.probs.data;
}

/** @param {Float32Array} image @returns {number[][][]} */
const nested = (image) => [Array.from({ length: 28 }, (_, row) => [...image.subarray(row * 28, row * 28 + 28)])];

for (const images of [IMAGES.slice(0, 1), IMAGES]) {
  test(`Open Inference Protocol: ${images.length} in JSON and in binary`, async () => {
    const input = { name: "image", datatype: "FP32", shape: [images.length, 1, 28, 28] };
    const { body } = await ask("/v2/models/digits/infer", { inputs: [{ ...input, data: images.map(nested) }] });
    assert.deepEqual(body.outputs[0].data, await expected(images));
    const parameters = { binary_data_size: images.length * 784 * 4 };
    const head = new TextEncoder().encode(
      JSON.stringify({ inputs: [{ ...input, parameters }], parameters: { binary_data_output: true } }),
    );
    const response = await fetch(`${BASE}/v2/models/digits/infer`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream", "inference-header-content-length": String(head.length) },
      body: new Blob([head, ...images]),
    });
    assert.equal(response.headers.get("content-type"), "application/octet-stream");
    const length = Number(response.headers.get("inference-header-content-length"));
    const bytes = await response.arrayBuffer();
    assert.deepEqual(new Float32Array(bytes.slice(length)), Float32Array.from(await expected(images)));
  });

  test(`TensorFlow Serving and KServe: ${images.length} by rows and columns`, async () => {
    const rows = await ask("/v1/models/digits:predict", { instances: images.map(nested) });
    assert.deepEqual(rows.body.predictions.flat(), await expected(images));
    const columns = await ask("/v1/models/digits:predict", { inputs: { image: images.map(nested) } });
    assert.deepEqual(columns.body.outputs.flat(), await expected(images));
  });
}

test("every protocol describes the model", async () => {
  assert.deepEqual((await ask("/v2/models/digits")).body.versions, ["1.0.0"]);
  assert.equal((await ask("/v1/models/digits")).body.model_version_status[0].state, "AVAILABLE");
  assert.equal((await ask("/ping")).status, 200);
});

test("every protocol tells of errors in its own form", async () => {
  const inference = await ask("/v2/models/digits/infer", { inputs: [] });
  assert.deepEqual([inference.status, Object.keys(inference.body)], [422, ["error"]]);
  const serving = await ask("/v1/models/nope:predict", { instances: [] });
  assert.deepEqual([serving.status, Object.keys(serving.body)], [404, ["error"]]);
  const scoring = await ask("/invocations", { inputs: [] });
  assert.deepEqual([scoring.status, Object.keys(scoring.body)], [415, ["error_code", "message"]]);
});
