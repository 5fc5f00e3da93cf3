// Requests that are answered with 200, the same each time, in every protocol.
import { deflateSync, gzipSync } from "node:zlib";
import { sample } from "../workerd/support/samples.mjs";

/** @typedef {import("./asking.mjs").Ask} Ask */

const JSON_TYPE = { "content-type": "application/json" };
const PIXELS = 28 * 28;

/** Images that are no digits: what they are taken for doesn't matter here. @param {number} count */
function images(count) {
  return Float32Array.from({ length: count * PIXELS }, (_, index) => ((index * 37) % 256) / 256);
}

/** As [count, 1, 28, 28]. @param {number} count */
function nested(count) {
  const flat = images(count);
  const row = (/** @type {number} */ at) => Array.from(flat.subarray(at * 28, (at + 1) * 28));
  return Array.from({ length: count }, (_, image) => [Array.from({ length: 28 }, (_, y) => row(image * 28 + y))]);
}

/** @param {string} name @param {string} path @param {unknown} value @param {Record<string, string>} [headers] @returns {Ask} */
function json(name, path, value, headers = {}) {
  return post(name, path, Buffer.from(JSON.stringify(value)), { ...JSON_TYPE, ...headers });
}

/** @param {string} name @param {string} path @param {Buffer} body @param {Record<string, string>} headers @returns {Ask} */
function post(name, path, body, headers) {
  return { name, path, method: "POST", headers, body, expected: 200 };
}

/** @param {string} path @returns {Ask} */
const get = (path) => ({ name: `GET ${path}`, path, method: "GET", headers: {}, body: undefined, expected: 200 });

/** The Open Inference Protocol's binary extension. @param {number} count @returns {Ask} */
function binary(count) {
  const data = Buffer.from(images(count).buffer);
  const input = { name: "image", shape: [count, 1, 28, 28], datatype: "FP32", parameters: { binary_data_size: data.length } };
  const head = Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }));
  const headers = { "content-type": "application/octet-stream", "inference-header-content-length": `${head.length}` };
  return post(`v2 infer, binary, ${count}`, "/v2/models/digits/infer", Buffer.concat([head, data]), headers);
}

const v2 = (/** @type {number} */ count) => ({ id: "a", inputs: [{ name: "image", shape: [count, 1, 28, 28], datatype: "FP32", data: Array.from(images(count)) }] });
const packed = Buffer.from(JSON.stringify(v2(8)));

/** @type {Ask[]} */
export const GOOD = [
  ...[0, 3, 7, 9].map((digit) => post(`picture of a ${digit}`, "/predict", sample(digit), { "content-type": "image/png" })),
  json("predict, 1", "/predict", { image: nested(1) }),
  json("predict, flat, top_k", "/predict", { inputs: Array.from(images(1)), top_k: 5 }),
  json("predict, 8", "/predict", nested(8)),
  json("predict, 64", "/predict", { image: nested(64) }),
  json("predict, base64", "/predict", { image: [{ base64: sample(4).toString("base64") }, { base64: sample(5).toString("base64") }] }),
  json("v2 infer, 1", "/v2/models/digits/infer", v2(1)),
  json("v2 infer, 64", "/v2/models/digits/versions/1/infer", v2(64)),
  json("v2 infer, classes", "/v2/models/digits/infer", { ...v2(2), outputs: [{ name: "probs", parameters: { classification: 3 } }] }),
  post("v2 infer, gzip", "/v2/models/digits/infer", gzipSync(packed), { ...JSON_TYPE, "content-encoding": "gzip" }),
  post("v2 infer, deflate", "/v2/models/digits/infer", deflateSync(packed), { ...JSON_TYPE, "content-encoding": "deflate" }),
  binary(1),
  binary(64),
  json("TensorFlow Serving, rows", "/v1/models/digits:predict", { instances: nested(3) }),
  json("TensorFlow Serving, columns", "/v1/models/digits:predict", { inputs: { image: nested(2) } }),
  json("TensorFlow Serving, classify", "/v1/models/digits:classify", { examples: [{ image: nested(1)[0] }] }),
  json("MLflow, inputs", "/invocations", { inputs: { image: nested(2) } }),
  json("MLflow, instances", "/invocations", { instances: nested(16) }),
  ...["/model", "/openapi.json", "/healthz", "/readyz", "/ping", "/v2", "/v2/models/digits", "/v2/health/ready", "/v1/models/digits", "/v1/models/digits/metadata"].map(get),
];
