// Requests to the Worker at ONNXLET_URL, and what every answer must carry.
import assert from "node:assert/strict";
import { sample } from "./samples.mjs";

export { sample };

/** Where the Worker answers. */
export const BASE = baseUrl();

function baseUrl() {
  const url = process.env.ONNXLET_URL;
  assert.ok(url, "ONNXLET_URL: expected the address of a running Worker, such as http://127.0.0.1:8787");
  return url.replace(/\/$/, "");
}

/**
 * POSTs to /predict.
 * @param {string} type the content type
 * @param {BodyInit} body
 * @param {string} [base]
 */
export function post(type, body, base = BASE) {
  return fetch(`${base}/predict`, { method: "POST", headers: { "content-type": type }, body });
}

/**
 * POSTs a value as JSON and gives the prediction.
 * @param {unknown} value
 * @returns {Promise<any>}
 */
export async function predict(value) {
  return prediction(await post("application/json", JSON.stringify(value)));
}

/**
 * The prediction in an answer.
 * @param {Response} response
 * @returns {Promise<any>}
 */
export async function prediction(response) {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  common(response);
  assert.equal(response.headers.get("content-type"), "application/json");
  return JSON.parse(text);
}

/**
 * The problem in an answer, after checking what holds for all.
 * @param {Response} response
 * @returns {Promise<{type: string, title: string, status: number, code: string, detail: string, request_id: string,
 *   problems: {field: string, message: string}[]}>}
 */
export async function problem(response) {
  const text = await response.text();
  assert.equal(response.headers.get("content-type"), "application/problem+json", text);
  common(response);
  const document = JSON.parse(text);
  assert.deepEqual(
    Object.keys(document),
    ["type", "title", "status", "code", "detail", "request_id", "problems"],
  );
  assert.equal(document.status, response.status);
  assert.equal(document.request_id, response.headers.get("x-request-id"));
  assert.equal(document.type, `urn:onnxlet:problem:${document.code}`);
  return document;
}

/**
 * Checks that a good request is answered right.
 * @param {string} [base]
 */
export async function stillAnswers(base = BASE) {
  const answer = await prediction(await post("image/png", sample(7), base));
  assert.equal(answer.top[0].label, "7");
}

/** @param {Response} response */
function common(response) {
  assert.match(response.headers.get("x-request-id") ?? "", /^[\w.:-]{1,128}$/);
  assert.equal(response.headers.get("access-control-allow-origin"), "*");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.equal(response.headers.get("cache-control"), response.headers.has("etag") ? "no-cache" : "no-store");
}
