// Which errors of an engine are refusals, and which are traps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runAll } from "./pool.mjs";

/** @param {string} thrown an expression of JavaScript */
async function outcome(thrown) {
  const script = `export const start = async () => async () => { throw ${thrown}; };`;
  const adapter = `data:text/javascript,${encodeURIComponent(script)}`;
  // The engine sees no model: any file will do.
  const chosen = { name: "test_a", suite: "node", domain: "", operator: "Abs", opset: 1, model: "requirements.txt", sets: [] };
  /** @type {import("./worker.mjs").Outcome | undefined} */
  let told;
  const folder = fileURLToPath(new URL(".", import.meta.url));
  await runAll({ adapter, setting: {}, passes: 1, survivesFailure: true }, folder, [chosen], 1, (_, outcome) => (told = outcome));
  return told;
}

test("an error is a refusal", async () => {
  assert.deepEqual(await outcome(`new Error("no such operator")`), { status: "refused", reason: "no such operator" });
  assert.deepEqual(await outcome("7"), { status: "refused", reason: "7" });
});

test("what ends an instance is a trap", async () => {
  for (const thrown of [
    `new WebAssembly.RuntimeError("unreachable")`,
    `new RangeError("Maximum call stack size exceeded")`,
    `Object.assign(new Error("a panic"), { name: "Trap" })`,
    `new Error("Aborted(OOM)")`,
  ]) {
    assert.equal((await outcome(thrown))?.status, "trapped", thrown);
  }
});
