// The packed digits package in a page, when its engine stops: at code that was trimmed away, and at a real panic.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { openPage } from "./support/chromium.mjs";
import { project } from "./support/installed.mjs";
import { serveFolder } from "./support/server.mjs";

let address = "";
before(async () => {
  const folder = await project(["digits"]);
  const page = `<!doctype html><meta charset="utf-8"><title>traps</title><script type="module">
import { load } from "./node_modules/onnxlet-digits/browser.js";
window.onnxlet = { load };
</script>`;
  await writeFile(join(folder, "index.html"), page);
  address = await serveFolder(folder);
});

/** A page with the package, and what it writes to the console. */
async function opened() {
  const { page } = await openPage(`${address}/`);
  await page.waitForFunction("window.onnxlet");
  /** @type {string[]} */
  const told = [];
  page.on("console", (message) => message.type() === "warning" && told.push(message.text()));
  return { page, told };
}

for (const offThread of [false, true]) {
  test(`an input like no example: the full module answers right, and stays (${offThread ? "off the page's thread" : "on it"})`, async () => {
    const { page, told } = await opened();
    const { odd, usual, stats, milliseconds } = await page.evaluate(async (offThread) => {
      const { load } = /** @type {any} */ (window).onnxlet;
      const model = await load({ offThread });
      // No example has this type.
      const picture = new /** @type {any} */ (window).Float16Array(784).fill(0.5);
      /** @type {any[]} */
      const odd = [];
      const milliseconds = [];
      for (let run = 0; run < 2; run += 1) {
        const begun = performance.now();
        odd.push([...(await model.predict(picture)).outputs.probs.data]);
        milliseconds.push(performance.now() - begun);
      }
      const usual = [...(await (await load()).predict(new Float32Array(784).fill(0.5))).outputs.probs.data];
      return { odd, usual, stats: model.stats, milliseconds };
    }, offThread);
    assert.deepEqual(odd, [usual, usual]);
    assert.deepEqual(stats, { predictions: 2, traps: 0, fallbacks: 1 });
    // The first call fetched and compiled megabytes; the second is a prediction like any other.
    assert.ok(milliseconds[1] < milliseconds[0] / 2, `${milliseconds} ms`);
    if (!offThread) assert.match(told.join("\n"), /code that was trimmed away/);
    await page.close();
  });
}

test("a panic rejects its call with its message, and the next call is right", async () => {
  const { page } = await opened();
  const { message, code, label, stats } = await page.evaluate(async () => {
    const { load } = /** @type {any} */ (window).onnxlet;
    // The full module itself: the lean one would have it answered by this one.
    const model = await load({ wasm: "./node_modules/onnxlet-digits/wasm/full.relaxed.wasm", simd: "relaxed" });
    // An array whose length differs each time that it is asked for stops js-sys with a failed assertion.
    let asked = 784;
    const liar = Object.defineProperty(new Float32Array(784), "length", { get: () => asked++ });
    const { message, code } = await model.predict(liar).catch((/** @type {any} */ error) => error);
    const { top } = await model.predict(new Float32Array(784));
    return { message, code, label: top[0].label, stats: model.stats };
  });
  assert.equal(code, "engine");
  assert.match(message, /the engine stopped: panicked at .*assertion `left == right` failed/s);
  assert.match(label, /^\d$/);
  assert.deepEqual(stats, { predictions: 1, traps: 1, fallbacks: 0 });
  await page.close();
});
