import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openPage } from "./chromium.mjs";
import { sample } from "./paths.mjs";
import { serveFolder } from "./server.mjs";

/**
 * Puts a picture of a 7 and a page that offers the program as `window.answers` into a folder of static files.
 * @param {string} folder
 * @param {string} script the page's module script, below the folder
 */
export async function writePage(folder, script) {
  await copyFile(sample(7), join(folder, "7.png"));
  const page = `<!doctype html><meta charset="utf-8"><title>7</title>\n<script type="module" src="${script}"></script>\n`;
  await writeFile(join(folder, "index.html"), page);
}

/**
 * Opens the page of a served folder, and checks what the program answers there, on the page's thread and off it.
 * @param {string} folder
 * @param {Record<string, string>} [types] content types that the server gives wrongly
 */
export async function checkPage(folder, types) {
  const { page, errors } = await openPage(`${await serveFolder(folder, types)}/`);
  await page.waitForFunction("window.answers");
  const here = await page.evaluate("answers()");
  const there = await page.evaluate("answers({ offThread: true })");
  assert.deepEqual(errors, []);
  checkAnswers(here);
  assert.deepEqual(there, here);
  await page.close();
}

/** @param {any} answers */
function checkAnswers({ read, batch, errors, simd, progress, stats }) {
  const names = Object.keys(read);
  assert.ok(names.length >= 11);
  for (const name of names) {
    assert.equal(read[name].label, "7", name);
    assert.deepEqual(read[name].probs, read.blob.probs, name);
  }
  assert.deepEqual(batch, names.map(() => "7"));
  assert.equal(simd, "relaxed");
  assert.equal(progress.loaded, progress.total);
  assert.ok(progress.total > 1000);
  assert.deepEqual(stats, { predictions: names.length + 1, traps: 0, fallbacks: 0 });
  assert.deepEqual(errors.aborted, { name: "AbortError" });
  assert.equal(errors.broken.code, "invalid");
  assert.match(errors.broken.message, /without size/);
  assert.equal(errors.misfit.code, "invalid");
  assert.match(errors.misfit.message, /image/);
  assert.equal(errors.missing.code, "load");
  assert.match(errors.missing.message, /no-such\.wasm: .*HTTP 404/);
  assert.match(errors.html.message, /index\.html: .*HTML page/);
  assert.equal(errors.disposed.code, "disposed");
}
