// Everything can be done without a pointer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { settled, untilLabel } from "./support/answers.mjs";
import { visit } from "./support/visit.mjs";

/** @typedef {import("playwright-core").Page} Page */

/**
 * Presses Tab until this has the focus.
 * @param {Page} page
 * @param {import("playwright-core").Locator} target
 */
async function tabTo(page, target) {
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`60 presses of Tab did not reach ${target}`);
}

/**
 * @param {Page} page
 * @param {string} key
 * @param {number} times
 */
async function press(page, key, times) {
  for (let at = 0; at < times; at++) await page.keyboard.press(key);
}

test("a 1 and then a 7, drawn with arrow keys", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  await tabTo(page, page.getByRole("application", { name: "Drawing pad" }));
  await page.keyboard.press("Space");
  await press(page, "ArrowDown", 12);
  await page.keyboard.press("Space");
  await untilLabel(page, "digits-here", "1");
  await press(page, "ArrowUp", 12);
  await press(page, "ArrowLeft", 7);
  await page.keyboard.press("Space");
  await press(page, "ArrowRight", 7);
  await page.keyboard.press("Space");
  await untilLabel(page, "digits-here", "7");
  await page.keyboard.press("Control+z");
  await untilLabel(page, "digits-here", "1");
  await page.keyboard.press("Delete");
  await settled(page, "digits-here", "empty");
});

test("a sample is chosen with Tab and Enter", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  await tabTo(page, page.getByRole("button", { name: "Sample: a handwritten 8" }));
  await page.keyboard.press("Enter");
  await untilLabel(page, "digits-here", "8");
});

test("the tabs are one stop; arrows, Home and End choose, and the address follows", async (t) => {
  const page = await visit(t);
  const [digits, iris] = [page.getByRole("tab", { name: "Handwritten digits" }), page.getByRole("tab", { name: "Iris flowers" })];
  await tabTo(page, digits);
  await page.keyboard.press("ArrowRight");
  assert.equal(await iris.getAttribute("aria-selected"), "true");
  assert.ok(await iris.evaluate((tab) => tab === document.activeElement));
  assert.ok(await page.getByRole("tabpanel", { name: "Iris flowers" }).isVisible());
  assert.equal(await page.getByRole("tabpanel").count(), 1);
  assert.equal(new URL(page.url()).hash, "#iris");
  await page.keyboard.press("ArrowRight");
  assert.equal(await digits.getAttribute("aria-selected"), "true");
  await page.keyboard.press("End");
  assert.equal(await iris.getAttribute("aria-selected"), "true");
  await page.keyboard.press("Home");
  assert.equal(await digits.getAttribute("tabindex"), "0");
  assert.equal(await iris.getAttribute("tabindex"), "-1");
  await page.keyboard.press("End");
  await settled(page, "iris-here", "answered");
  await page.keyboard.press("Tab");
  assert.ok(await page.locator("#iris").evaluate((panel) => panel.contains(document.activeElement)));
});

test("the first Tab offers to skip to the demo", async (t) => {
  const page = await visit(t);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the demo" });
  assert.ok(await skip.evaluate((link) => link === document.activeElement && link.getBoundingClientRect().top >= 0));
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
});

test("whatever has the focus shows it", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  /** @type {string[]} */
  const unmarked = [];
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused || focused === document.body) return "end";
      // A ring may be drawn by the box around a canvas, a radio button or a file input.
      for (let box = /** @type {Element | null} */ (focused), up = 0; box && up < 3; box = box.parentElement, up++) {
        const { outlineStyle, outlineWidth } = getComputedStyle(box);
        if (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) return "marked";
      }
      return focused.outerHTML.slice(0, 120);
    });
    if (seen === "end") break;
    if (seen !== "marked") unmarked.push(seen);
  }
  assert.deepEqual(unmarked, []);
});

test("the settled answer is spoken once, not every frame", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-edge", "empty");
  await page.evaluate(() => {
    const region = document.getElementById("announcer");
    /** @type {string[]} */
    const said = [];
    Object.assign(globalThis, { said });
    if (region) new MutationObserver(() => said.push(region.textContent ?? "")).observe(region, { childList: true });
    // At once: between two clicks of the driver's, on a busy machine, the first answer settles.
    for (const digit of [0, 5]) {
      document.querySelector(`button[aria-label="Sample: a handwritten ${digit}"]`)?.dispatchEvent(new MouseEvent("click"));
    }
  });
  await page.getByRole("status").filter({ hasText: /The edge agrees/ }).waitFor({ state: "attached" });
  const said = await page.evaluate(() => /** @type {{ said: string[] }} */ (/** @type {unknown} */ (globalThis)).said);
  // An edge that is slow to answer is spoken of when it has, after the page's own answer.
  const [last, ...before] = said.toReversed();
  assert.match(last ?? "", /^In this page: 5, .* The edge agrees\.$/);
  assert.ok(before.length <= 1 && before.every((sentence) => /^In this page: 5, >?[\d.]+\s%\.$/.test(sentence)), said.join("\n"));
});
