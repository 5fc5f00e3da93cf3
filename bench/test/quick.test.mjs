// What `cargo xtask bench --quick` wrote. How fast anything is, no test asks.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { READY } from "../options.mjs";
import { OUT } from "../paths.mjs";

/** @type {import("../types.js").Row[]} */
const rows = JSON.parse(await readFile(join(OUT, "quick/results.json"), "utf8"));
/** @type {import("../types.js").Run} */
const run = JSON.parse(await readFile(join(OUT, "quick/run.json"), "utf8"));

test("every engine that needs no compiling answers for digits in every host, as onnxruntime-web does", () => {
  assert.deepEqual(run.refused, []);
  const got = rows.map(({ model, engine, host }) => `${model} ${engine} ${host}`).sort();
  const expected = READY.flatMap((engine) => ["node", "chromium"].map((host) => `digits ${engine} ${host}`));
  assert.deepEqual(got, expected.sort());
});

for (const row of rows) {
  test(`the row of ${row.engine} in ${row.host} is well formed`, () => {
    const keys = ["model", "engine", "host", "bytes", "cold_ms", "predict_ms", "memory_bytes"];
    assert.deepEqual(Object.keys(row), keys);
    const { bytes, cold_ms, predict_ms, memory_bytes } = row;
    assert.deepEqual(Object.keys(bytes), ["raw", "gzip", "brotli"]);
    assert.ok(bytes.brotli > 0 && bytes.brotli < bytes.gzip && bytes.gzip < bytes.raw, JSON.stringify(bytes));
    for (const times of [cold_ms, predict_ms]) {
      assert.deepEqual(Object.keys(times), ["min", "median"]);
      assert.ok(times.min > 0 && times.min <= times.median, JSON.stringify(times));
    }
    assert.ok(memory_bytes > 0 && memory_bytes % 65_536 === 0, `${memory_bytes}`);
  });

  test(`the bytes of ${row.engine} in ${row.host} are those of script, module and model, each once`, () => {
    const files = run.files[`${row.model} ${row.engine} ${row.host}`] ?? {};
    const names = Object.keys(files);
    /** @param {RegExp} pattern */
    const count = (pattern) => names.filter((name) => pattern.test(name)).length;
    assert.equal(count(/\.wasm$/), 1, `${names}`);
    assert.ok(count(/\.(js|mjs|cjs)$/) > 0, `${names}`);
    const baked = row.engine.startsWith("onnxlet");
    assert.equal(count(baked ? /lean\.(relaxed|baseline)\.wasm$/ : /model\.(onnx|json)$/), 1, `${names}`);
    assert.equal(row.bytes.raw, Object.values(files).reduce((sum, { raw }) => sum + raw, 0));
  });
}
