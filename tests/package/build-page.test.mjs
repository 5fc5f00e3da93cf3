// The page that the packed command builds, in Chromium, from a plain web server.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { openPage } from "./support/chromium.mjs";
import { built, cliProject, modelFile } from "./support/cli.mjs";
import { sample } from "./support/paths.mjs";
import { serveFolder } from "./support/server.mjs";

let folder = "";
before(async () => {
  folder = await cliProject([]);
  for (const model of ["digits", "iris"]) {
    const args = ["--card", modelFile(model, "card.json"), "--target", "page", "--out", model];
    await built(folder, ["build", modelFile(model, "model.onnx"), ...args]);
  }
});

test("a form of named features answers", async () => {
  const { page, errors } = await openPage(`${await serveFolder(join(folder, "iris"))}/`);
  await page.click("#predict:not([disabled])");
  await page.waitForSelector("#answer ol li");
  assert.match(await page.innerText("#answer ol li"), /^versicolor/);
  assert.deepEqual(errors, []);
  await page.close();
});

test("a picture answers, and a file that is none is refused in words", async () => {
  const { page, errors } = await openPage(`${await serveFolder(join(folder, "digits"))}/`);
  await page.setInputFiles("input[type=file]", sample(7));
  await page.click("#predict:not([disabled])");
  await page.waitForSelector("#answer ol li");
  assert.match(await page.innerText("#answer ol li"), /^7/);
  await page.setInputFiles("input[type=file]", modelFile("digits", "card.json"));
  await page.click("#predict:not([disabled])");
  await page.waitForSelector("[role=alert]");
  assert.match(await page.innerText("[role=alert]"), /image/);
  assert.deepEqual(errors, []);
  await page.close();
});

test("no module but the lean one is fetched", async () => {
  const { page } = await openPage("about:blank");
  /** @type {string[]} */
  const fetched = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  await page.goto(`${await serveFolder(join(folder, "iris"))}/`);
  await page.click("#predict:not([disabled])");
  await page.waitForSelector("#answer ol li");
  assert.deepEqual(fetched.filter((path) => path.endsWith(".wasm")), ["/model/wasm/lean.relaxed.wasm"]);
  await page.close();
});
