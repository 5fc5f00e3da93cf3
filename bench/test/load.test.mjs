// What `cargo xtask load --quick` wrote. How fast anything is, no test asks.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { allCells, nameOf } from "../load/cells.mjs";
import { percentile } from "../load/contest.mjs";
import { ABOUT } from "../load/servers.mjs";
import { between } from "../page.mjs";
import { OUT } from "../paths.mjs";

/** @type {import("../types.js").LoadRun} */
const run = JSON.parse(await readFile(join(OUT, "quick/load.json"), "utf8"));

test("every server answers in each cell", () => {
  const cells = allCells().filter(({ connections }) => connections === 16);
  assert.equal(cells.length, 4);
  const expected = cells.flatMap((cell) => Object.keys(ABOUT).map((server) => `${server}: ${nameOf(cell)}`));
  assert.deepEqual(run.rows.map((row) => `${row.server}: ${nameOf(row)}`), expected);
  assert.ok(run.difference < 1e-5, `${run.difference}`);
});

for (const row of run.rows) {
  test(`the row of ${row.server} is well formed: ${nameOf(row)}`, () => {
    assert.equal(row.wrong, 0);
    assert.ok(row.answers > 0 && row.rate > 0);
    assert.ok(row.p50_ms > 0 && row.p50_ms <= row.p99_ms, JSON.stringify(row));
    // Each connection asks again as soon as it is answered: waiting, it has no time for more.
    assert.ok(row.p50_ms / 1000 <= (2 * row.connections) / row.rate + 0.1, JSON.stringify(row));
    assert.ok(row.processor_ms === null || row.processor_ms >= 0);
  });
}

test("memory and batches are told", { skip: process.platform !== "linux" }, () => {
  for (const server of Object.keys(ABOUT)) {
    const { idle, end } = run.memory[server] ?? {};
    assert.ok(idle && end && idle.resident > 1e7 && end.proportional <= end.resident, server);
  }
  assert.deepEqual(run.batches.map(({ model, size }) => `${model} ${size}`).slice(0, 2), ["digits 1", "digits 2"]);
  assert.ok(run.batches.every(({ example_us }) => example_us > 0));
});

test("percentiles are times that were measured", () => {
  const sorted = Array.from({ length: 200 }, (_, index) => index + 1);
  assert.deepEqual([0.5, 0.99, 1].map((share) => percentile(sorted, share)), [100, 198, 200]);
  assert.deepEqual([0.5, 0.99].map((share) => percentile([7], share)), [7, 7]);
});

test("a page keeps what stands around its tables", () => {
  const page = "a\n<!-- load: written by a run -->\nold\n<!-- load: end -->\nb";
  assert.equal(between(page, "load", "new"), "a\n<!-- load: written by a run -->\n\nnew\n\n<!-- load: end -->\nb");
  assert.throws(() => between("a", "load", "new"), /load: end/);
});
