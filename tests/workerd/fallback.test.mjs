// A request that no example resembles: the lean module stops, the full one answers, and it is told.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { interlaced, straight } from "../package/support/interlaced.mjs";
import { post, prediction, problem, stillAnswers } from "./support/api.mjs";
import { start } from "./support/wrangler.mjs";

/** @type {Awaited<ReturnType<typeof start>>} */
let worker;
before(async () => {
  worker = await start();
});
after(() => worker?.stop());

/** A stroke, as a picture of 28 × 28. @param {number} x @param {number} y */
const stroke = (x, y) => (Math.abs(x - 14) < 3 && y > 4 && y < 24 ? 0 : 255);

async function running() {
  const { module, fallbacks } = await (await fetch(`${worker.base}/version`)).json();
  return { module, fallbacks };
}

/** @param {Buffer} png */
const ask = async (png) => prediction(await post("image/png", new Uint8Array(png), worker.base));

/** Lines of the log that tell of a fallback; what is logged may arrive after the answer. */
async function told() {
  for (let tries = 0; tries < 100 && !worker.log().includes('"message":"fallback"'); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return worker.log().split("\n").filter((line) => line.includes('"message":"fallback"'));
}

test("what examples resemble is answered by the lean module", async () => {
  await stillAnswers(worker.base);
  await problem(await post("application/json", "[1,", worker.base));
  await ask(straight(28, stroke));
  assert.deepEqual(await running(), { module: "lean", fallbacks: 0 });
});

test("an encoding like no example's gets the right answer, from the full module, counted and told once", async () => {
  const expected = await ask(straight(28, stroke));
  const together = await Promise.all([1, 2, 3].map(() => ask(interlaced(28, stroke))));
  for (const answer of together) assert.deepEqual(answer, expected);
  assert.deepEqual(await running(), { module: "full", fallbacks: 1 });
  assert.deepEqual(await ask(interlaced(28, stroke)), expected);
  assert.deepEqual(await running(), { module: "full", fallbacks: 1 });
  const lines = await told();
  assert.equal(lines.length, 1, worker.log());
  const { level, error, detail } = JSON.parse(lines[0] ?? "");
  assert.deepEqual([level, error], ["warn", "RuntimeError: unreachable"]);
  assert.match(detail, /trimmed away/);
});

test("everything else is answered as before", async () => {
  await stillAnswers(worker.base);
  const { status, code } = await problem(await post("application/json", "[1,", worker.base));
  assert.deepEqual([status, code], [400, "malformed"]);
});
