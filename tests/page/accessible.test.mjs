// What axe-core, the usual checker of accessibility, finds: nothing.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { settled, untilLabel } from "./support/answers.mjs";
import { serveSite } from "./support/site.mjs";
import { visit } from "./support/visit.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Every violation, in a line each.
 * @param {import("playwright-core").Page} page
 */
async function violations(page) {
  // Colours in the middle of a transition are nobody's colours.
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))));
  await page.evaluate(AXE);
  const found = await page.evaluate(() => /** @type {any} */ (globalThis).axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.flatMap((/** @type {any} */ rule) => rule.nodes.map((/** @type {any} */ node) => `${rule.id}: ${node.html} (${node.failureSummary})`));
}

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`the digits, empty and answered, in ${colorScheme}`, async (t) => {
    const page = await visit(t, { context: { colorScheme } });
    await settled(page, "digits-edge", "empty");
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: "Sample: a handwritten 2" }).click();
    await untilLabel(page, "digits-edge", "2");
    assert.deepEqual(await violations(page), []);
  });

  test(`the iris form, right and wrong, in ${colorScheme}`, async (t) => {
    const page = await visit(t, { hash: "#iris", context: { colorScheme } });
    await settled(page, "iris-here", "answered");
    assert.deepEqual(await violations(page), []);
    await page.locator("#feature-petal_width").fill("");
    await page.locator("#feature-petal_length").fill("90");
    await settled(page, "iris-here", "empty");
    assert.deepEqual(await violations(page), []);
  });

  test(`words in place of an answer, on a phone, in ${colorScheme}`, async (t) => {
    const { url } = await serveSite(t);
    const context = { colorScheme, serviceWorkers: /** @type {const} */ ("block"), viewport: { width: 320, height: 640 } };
    const page = await visit(t, { url, context, expected: /404|Failed to load/, before: (page) => page.route("**/*.wasm", (route) => route.abort()) });
    await page.getByText("The model could not be loaded").waitFor();
    await settled(page, "digits-edge", "told");
    assert.deepEqual(await violations(page), []);
  });
}
