// The packed digits package in Chromium, on two Web Workers.
import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openPage } from "./support/chromium.mjs";
import { project } from "./support/installed.mjs";
import { sample } from "./support/paths.mjs";
import { serveFolder } from "./support/server.mjs";

test("two Web Workers share batches of tensors and of pictures, without isolation of the page", async () => {
  const folder = await project(["digits"]);
  const page = `<!doctype html><meta charset="utf-8"><title>pool</title><script type="module">
import { load } from "./node_modules/onnxlet-digits/browser.js";
window.onnxlet = { load };
</script>`;
  await writeFile(join(folder, "index.html"), page);
  for (const digit of [3, 7]) await copyFile(sample(digit), join(folder, `${digit}.png`));
  const opened = await openPage(`${await serveFolder(folder)}/`);
  await opened.page.waitForFunction("window.onnxlet");
  const told = await opened.page.evaluate(async () => {
    const { load } = /** @type {any} */ (window).onnxlet;
    const begun = { count: 0 };
    const { Worker } = window;
    window.Worker = class extends Worker {
      /** @param {string | URL} address @param {WorkerOptions} [options] */
      constructor(address, options) {
        super(address, options);
        begun.count += 1;
      }
    };
    const [pool, one] = [await load({ threads: 2 }), await load()];
    const data = Float32Array.from({ length: 33 * 784 }, (_, at) => ((at * 7919) % 256) / 255);
    const answers = [];
    for (const model of [pool, one]) {
      const { outputs, tops } = await model.predict({ data, shape: [33, 1, 28, 28] });
      const blobs = await Promise.all([3, 7, 3].map(async (digit) => (await fetch(`/${digit}.png`)).blob()));
      const pictures = await model.predict(blobs);
      const wrong = await model.predict([blobs[0], new Uint8Array(9), blobs[1]]).catch((/** @type {any} */ { code, message }) => ({ code, message }));
      answers.push({ probs: [...outputs.probs.data], tops, labels: pictures.tops.map((/** @type {any} */ [best]) => best.label), wrong });
    }
    const { stats } = pool;
    pool.dispose();
    const late = await pool.predict(data).catch((/** @type {any} */ { code }) => code);
    return { answers, stats, late, threads: begun.count, isolated: window.crossOriginIsolated };
  });
  assert.deepEqual(opened.errors, []);
  assert.equal(told.isolated, false);
  assert.equal(told.threads, 2);
  const [shared, alone] = told.answers;
  assert.deepEqual(shared, alone);
  assert.deepEqual(shared?.labels, ["3", "7", "3"]);
  assert.ok(shared?.wrong.code);
  assert.deepEqual(told.stats, { predictions: 2, traps: 0, fallbacks: 0 });
  assert.equal(told.late, "disposed");
  await opened.page.close();
});
