// A case that traps, hangs or ends its thread is told so, and the next ones are answered all the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runAll } from "./pool.mjs";

/** Does what the case's name says; answers with how many it was asked before. */
const WORKER = new URL(`data:text/javascript,${encodeURIComponent(`
  import { parentPort } from "node:worker_threads";
  let asked = 0;
  parentPort.on("message", ({ name }) => {
    if (name === "hang") for (;;);
    if (name === "throw") throw new Error("no");
    if (name === "exit") process.exit(3);
    const [status] = name.split(" ");
    parentPort.postMessage({ status, reason: String(asked++) });
  });
`)}`);

/**
 * @param {string[]} names
 * @param {{ passes?: number, survivesFailure?: boolean }} [ways]
 */
async function outcomes(names, { passes = 100, survivesFailure = true } = {}) {
  const cases = names.map((name) => ({
    name, suite: "node", domain: "", operator: "Abs", opset: 1, ...(name === "sequence" ? { not_tensor: "x is sequence" } : {}),
  }));
  /** @type {Record<string, string>} */
  const told = {};
  const contestant = { adapter: "", setting: {}, passes, survivesFailure };
  await runAll(contestant, "", cases, 1, ({ name }, { status, reason }) => (told[name] = `${status}: ${reason}`), {
    // Threads start within this even where the machine is busy.
    patience: names.includes("hang") ? 3000 : 30_000,
    worker: WORKER,
  });
  return told;
}

test("a hang, a throw and an exit are traps, and the run goes on", async () => {
  const { hang, throw: thrown, exit, pass, sequence, ...rest } = await outcomes(["hang", "throw", "exit", "sequence", "pass"]);
  assert.deepEqual(rest, {});
  assert.equal(hang, "trapped: no answer within 3 s");
  assert.equal(thrown, "trapped: the thread failed: no");
  assert.equal(exit, "trapped: the thread ended with 3");
  assert.equal(sequence, "not_tensor: x is sequence");
  assert.equal(pass, "pass: 0");
});

test("a thread serves until it has served enough, or failed", async () => {
  const names = ["pass 1", "refused 2", "pass 3", "trapped 4", "pass 5", "pass 6", "pass 7", "pass 8"];
  const told = Object.values(await outcomes(names, { passes: 3 }));
  assert.deepEqual(told.map((line) => line.split(": ")[1]), ["0", "1", "2", "0", "0", "1", "2", "0"]);
  const fresh = Object.values(await outcomes(names, { survivesFailure: false }));
  assert.deepEqual(fresh.map((line) => line.split(": ")[1]), ["0", "1", "0", "1", "0", "1", "2", "3"]);
});
