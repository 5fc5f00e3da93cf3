// Opens the page under test, and holds every visit to the house's rules: no console errors, no requests elsewhere.

import assert from "node:assert/strict";
import { after } from "node:test";
import { launch } from "../../setup/chromium.mjs";
import { variable } from "../../setup/paths.mjs";

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {import("playwright-core").BrowserContextOptions} ContextOptions
 */

/** @type {ReturnType<typeof launch> | undefined} */
let browser;

after(async () => (await browser)?.close());

/**
 * The page in a context of its own; when the test ends, whatever broke a rule fails it.
 * @param {import("node:test").TestContext} t
 * @param {object} [options]
 * @param {string} [options.url] instead of the served page
 * @param {string} [options.hash] such as "#iris"
 * @param {ContextOptions} [options.context]
 * @param {RegExp} [options.expected] console errors that the test provokes
 * @param {(page: Page) => Promise<unknown>} [options.before] called before the page is opened
 */
export async function visit(t, { url = variable("ONNXLET_URL"), hash = "", context = {}, expected, before } = {}) {
  browser ??= launch();
  const place = await (await browser).newContext({ viewport: { width: 1280, height: 900 }, ...context });
  const page = await place.newPage();
  const broken = watch(page, new URL(url).origin, expected);
  t.after(async () => {
    await place.close();
    assert.deepEqual(broken, [], "console errors, or requests to elsewhere");
  });
  await before?.(page);
  await page.goto(new URL(hash, url).href);
  return page;
}

/**
 * @param {Page} page
 * @param {string} origin
 * @param {RegExp | undefined} expected
 */
function watch(page, origin, expected) {
  /** @type {string[]} */
  const broken = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !expected?.test(message.text())) broken.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => broken.push(`uncaught: ${error.message}`));
  page.context().on("request", (request) => {
    const { protocol, origin: to } = new URL(request.url());
    if (/^(http|ws)s?:$/.test(protocol) && to !== origin) broken.push(`request: ${request.url()}`);
  });
  return broken;
}
