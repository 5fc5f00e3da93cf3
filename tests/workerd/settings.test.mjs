// Environment variables: what they change, and what a senseless one does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { post, problem, sample, stillAnswers } from "./support/api.mjs";
import { lines } from "./support/log.mjs";
import { start } from "./support/wrangler.mjs";

test("the body limit and the log level are set by variables", async () => {
  const limit = sample(7).length;
  const worker = await start("--var", `ONNXLET_MAX_BODY_BYTES:${limit}`, "--var", "ONNXLET_LOG_LEVEL:warn");
  try {
    await stillAnswers(worker.base);
    const { status, detail } = await problem(await post("application/json", " ".repeat(limit + 1), worker.base));
    assert.equal(status, 413);
    assert.equal(detail, `the body is too large: the limit is ${limit} bytes, got ${limit + 1} bytes`);
    const logged = await lines(worker, () => true);
    assert.deepEqual(logged.map(({ level, status }) => [level, status]), [["warn", 413]]);
  } finally {
    await worker.stop();
  }
});

test("a senseless variable is named by /readyz, and nothing is predicted", async () => {
  const worker = await start("--var", "ONNXLET_MAX_BODY_BYTES:lots");
  try {
    const message = 'expected a whole number of bytes from 1 to 104857600, got "lots"';
    const ready = await problem(await fetch(`${worker.base}/readyz`));
    assert.deepEqual([ready.status, ready.code], [503, "config"]);
    assert.deepEqual(ready.problems, [{ field: "ONNXLET_MAX_BODY_BYTES", message }]);
    const refused = await problem(await post("image/png", sample(7), worker.base));
    assert.deepEqual([refused.status, refused.code], [500, "config"]);
    assert.equal((await fetch(`${worker.base}/healthz`)).status, 200);
  } finally {
    await worker.stop();
  }
});
