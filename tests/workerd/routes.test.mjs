// The routes over HTTP: methods, headers, documents.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE, problem } from "./support/api.mjs";

const SHOWN = ["/model", "/healthz", "/readyz", "/version", "/openapi.json"];

for (const path of SHOWN) {
  test(`GET ${path} answers JSON, HEAD the same without a body`, async () => {
    const headers = { "x-request-id": "same", "accept-encoding": "identity" };
    const get = await fetch(BASE + path, { headers });
    const head = await fetch(BASE + path, { method: "HEAD", headers });
    assert.deepEqual([get.status, head.status], [200, 200]);
    assert.equal(get.headers.get("content-type"), "application/json");
    const body = await get.text();
    JSON.parse(body);
    assert.equal(head.headers.get("content-length"), String(Buffer.byteLength(body)));
    for (const name of ["content-type", "x-request-id", "access-control-allow-origin", "cache-control"]) {
      assert.equal(head.headers.get(name), get.headers.get(name), name);
    }
  });

  test(`other methods at ${path} are told which to use`, async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const response = await fetch(BASE + path, { method });
      assert.equal(response.headers.get("allow"), "GET, HEAD, OPTIONS");
      const { status, code, detail } = await problem(response);
      assert.deepEqual([status, code], [405, "method_not_allowed"]);
      assert.equal(detail, `${path} takes GET, HEAD, OPTIONS, got ${method}`);
    }
  });
}

test("/predict takes POST alone", async () => {
  for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
    const response = await fetch(`${BASE}/predict`, { method });
    assert.equal(response.headers.get("allow"), "POST, OPTIONS");
    const { status, detail } = await problem(response);
    assert.equal(status, 405);
    assert.equal(detail, `/predict takes POST, OPTIONS, got ${method}`);
  }
  const head = await fetch(`${BASE}/predict`, { method: "HEAD" });
  assert.equal(head.status, 405);
});

test("an unknown path is 404", async () => {
  for (const path of ["/nope", "/predict/", "/PREDICT", "/model/x", "/%6dodel"]) {
    const { status, code, detail } = await problem(await fetch(BASE + path));
    assert.deepEqual([status, code], [404, "not_found"]);
    assert.equal(detail, `nothing is at ${path}; /openapi.json tells what is where`);
  }
});

test("a preflight is answered", async () => {
  const response = await fetch(`${BASE}/predict`, {
    method: "OPTIONS",
    headers: { origin: "https://example.com", "access-control-request-method": "POST" },
  });
  assert.equal(response.status, 204);
  assert.equal(response.headers.get("access-control-allow-origin"), "*");
  assert.equal(response.headers.get("access-control-allow-methods"), "POST, OPTIONS");
  assert.match(response.headers.get("access-control-allow-headers") ?? "", /content-type/);
  assert.equal(response.headers.get("accept-post"), "application/json, image/png, image/jpeg, image/webp");
  assert.equal(await response.text(), "");
});

test("a sane request id is kept, another replaced", async () => {
  const id = async (/** @type {string} */ given) =>
    (await fetch(`${BASE}/healthz`, { headers: { "x-request-id": given } })).headers.get("x-request-id");
  assert.equal(await id("trace.1:a-b_c"), "trace.1:a-b_c");
  for (const given of ["a b", "<script>", "x".repeat(129)]) assert.match((await id(given)) ?? "", /^[0-9a-f-]{36}$/);
  assert.notEqual(await id(" "), await id(" "));
});

test("the model describes itself, the version names it, readiness too", async () => {
  const [model, version, ready] = await Promise.all(
    ["/model", "/version", "/readyz"].map(async (path) => (await fetch(BASE + path)).json()),
  );
  assert.equal(model.name, "digits");
  assert.deepEqual(model.inputs[0].shape.slice(1), [1, 28, 28]);
  assert.equal(model.outputs[0].labels.length, 10);
  assert.equal(model.engine.simd, "relaxed");
  assert.deepEqual(version.model, { name: model.name, version: model.version });
  assert.equal(version.digest, model.digest);
  assert.deepEqual(ready, { status: "ready", model: version.model });
});

test("who accepts no JSON is told so", async () => {
  const response = await fetch(`${BASE}/model`, { headers: { accept: "text/html" } });
  const { status, code } = await problem(response);
  assert.deepEqual([status, code], [406, "not_acceptable"]);
});

test("GET / is the page", async () => {
  const response = await fetch(`${BASE}/`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
});
