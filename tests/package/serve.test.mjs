// `onnxlet serve`, from the packed command: the Worker and its page on this machine.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { variable } from "../setup/paths.mjs";
import { openPage } from "./support/chromium.mjs";
import { cliProject, modelFile, onnxlet } from "./support/cli.mjs";
import { sample } from "./support/paths.mjs";
import { freePort, listening, portOf, serve } from "./support/serve.mjs";

let folder = "";
before(async () => {
  folder = await cliProject([]);
});

/** @param {string} model @param {string} port */
function command(model, port) {
  return ["serve", modelFile(model, "model.onnx"), "--card", modelFile(model, "card.json"), "--port", port];
}

/** Serves a model. @param {string} model */
async function served(model) {
  const port = await freePort();
  return serve(folder, command(model, port), port);
}

/**
 * Puts a script into the page, and tells the directive of the policy that it violates.
 * @param {import("playwright-core").Page} page
 */
function blockedInline(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => resolve(effectiveDirective), { once: true });
        document.head.append(Object.assign(document.createElement("script"), { textContent: "document.title = 'ran'" }));
        setTimeout(() => resolve(`nothing: the title is ${document.title}`), 2000);
      }),
  );
}

test("the Worker answers, its page too, and it ends when asked to", async () => {
  const { base, child, ended, output } = await served("digits");
  const { page, errors } = await openPage(`${base}/`);
  const display = () => page.evaluate(() => getComputedStyle(document.querySelector("fieldset") ?? document.body).display);
  assert.equal(await display(), "grid", "its style is let through by its policy");
  assert.equal(await blockedInline(page), "script-src-elem", "an inline script is not");
  await page.setInputFiles("input[type=file]", sample(7));
  await page.click("#predict:not([disabled])");
  await page.waitForSelector("#answer ol li");
  assert.match(await page.innerText("#answer ol li"), /^7/);
  await page.setInputFiles("input[type=file]", modelFile("digits", "card.json"));
  await page.click("#predict:not([disabled])");
  await page.waitForSelector("[role=alert]");
  assert.match(await page.innerText("[role=alert]"), /^image: /);
  assert.deepEqual(errors, []);
  await page.close();
  assert.match(output(), /src\/lean\.wasm/);
  assert.match(output(), /curl --data-binary @picture\.png/);
  child.kill("SIGINT");
  assert.equal(await ended, 0, output());
  await assert.rejects(fetch(`${base}/healthz`));
});

test("a form of named features answers", async () => {
  const { base } = await served("iris");
  const { page, errors } = await openPage(`${base}/`);
  await page.click("#predict:not([disabled])");
  await page.waitForSelector("#answer ol li");
  assert.match(await page.innerText("#answer ol li"), /^versicolor/);
  assert.deepEqual(errors, []);
  await page.close();
});

test("a taken port is told before the bake", async () => {
  const server = await listening();
  const { code, output } = await onnxlet(folder, command("iris", portOf(server)));
  server.close();
  assert.equal(code, 1);
  assert.match(output, /^onnxlet: --port: \d+ can't be listened on .*give another\n$/);
});

test("where there is neither wrangler nor npx, that is said with the remedy", async () => {
  const bare = await cliProject([]);
  const { code, output } = await onnxlet(bare, command("iris", "48787"), variable("ONNXLET_NODE"));
  assert.equal(code, 1, output);
  assert.match(output, /onnxlet: serve: npx could not be started .*\nWorkers are served by wrangler: .*npm install --save-dev wrangler@4\.156\.0/);
});
