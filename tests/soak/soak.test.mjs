// Twenty seconds of what `cargo xtask soak` does for ten minutes.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { faults } from "./faults.mjs";
import { GROWTH, soak } from "./soak.mjs";

/** @type {import("./soak.mjs").Account} */
let account;
before(async () => {
  account = await soak({ seconds: 20, seed: 1 });
});

test("workerd goes on, and nothing stops the engine", () => {
  assert.equal(account.ended, null, account.log);
  assert.equal(account.metrics.crashes, 0, account.log);
});

test("every answer is the right one, the same bits as at first", () => {
  assert.deepEqual(account.wrong, []);
  for (const kind of /** @type {const} */ (["good", "bad", "huge", "aborted"])) assert.ok(account.sent[kind] > 30, `${kind}: ${account.sent[kind]}`);
});

test("what /metrics counts is what was asked", () => {
  assert.deepEqual(account.counts, []);
  assert.ok(account.metrics.predictions > 0);
});

test("memory stays flat", { skip: process.platform !== "linux" }, () => {
  assert.ok(account.memory.length >= 10, `${account.memory.length} looks`);
  // Twice what the long run may: V8's heap is still growing into what it then keeps.
  assert.ok(account.resident.end <= account.resident.warm + 2 * GROWTH, JSON.stringify(account.memory));
});

test("an account with a fault is not passed", () => {
  /** @param {Partial<import("./soak.mjs").Account>} other */
  const found = (other) => faults({ ...account, ended: null, wrongs: 0, wrong: [], counts: [], ...other }).length;
  const resident = { warm: 1e8, end: 1e8, peak: 1e8 };
  assert.equal(found({ resident, metrics: { ...account.metrics, crashes: 0 } }), 0);
  for (const fault of [
    { ended: 1 },
    { wrongs: 1, wrong: ["a"] },
    { counts: ["200: 2 counted, 1 answered"] },
    { metrics: { ...account.metrics, crashes: 1 } },
    { resident: { ...resident, end: 1e8 + GROWTH + 1 } },
  ]) assert.equal(found({ resident, ...fault }), 1, JSON.stringify(fault));
});
