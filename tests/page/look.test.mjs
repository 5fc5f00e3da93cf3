// How the page looks: never wider than its window, pictures of it to be looked at, colours that are remembered.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { TARGET, variable } from "../setup/paths.mjs";
import { comparison, settled, untilLabel } from "./support/answers.mjs";
import { DIGITS, draw } from "./support/strokes.mjs";
import { visit } from "./support/visit.mjs";

const SCREENSHOTS = join(TARGET, "test", "screenshots");
const PHONE = { viewport: { width: 375, height: 812 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

for (const width of [320, 375, 768, 1440]) {
  for (const panel of ["digits", "iris"]) {
    test(`nothing is wider than a window of ${width} pixels: ${panel}`, async (t) => {
      const page = await visit(t, { hash: `#${panel}`, context: { viewport: { width, height: 800 } } });
      await settled(page, `${panel}-here`, panel === "digits" ? "empty" : "answered");
      if (panel === "digits") await page.getByRole("button", { name: "Sample: a handwritten 2" }).click();
      await settled(page, `${panel}-here`, "answered");
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      const outside = await page.evaluate(() => {
        const shown = [...document.querySelectorAll("main *, header *, footer *")].filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, pre, svg"));
        return shown.filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5).map((element) => element.outerHTML.slice(0, 80));
      });
      assert.deepEqual(outside, []);
    });
  }
}

for (const [name, context] of /** @type {const} */ ([
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["phone-light", { ...PHONE, colorScheme: "light" }],
  ["phone-dark", { ...PHONE, colorScheme: "dark" }],
])) {
  test(`screenshots: ${name}`, async (t) => {
    await mkdir(SCREENSHOTS, { recursive: true });
    const page = await visit(t, { context });
    await settled(page, "digits-here", "empty");
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-empty.png`) });
    await draw(page, DIGITS[5] ?? []);
    await untilLabel(page, "digits-here", "5");
    await comparison(page, "digits");
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-digits.png`), fullPage: true });
    await page.getByRole("tab", { name: "Iris flowers" }).click();
    await settled(page, "iris-here", "answered");
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-iris.png`), fullPage: true });
  });
}

test("the chosen colours hold after a reload, and the system's can be had back", async (t) => {
  const page = await visit(t, { context: { colorScheme: "light" } });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole("radio", { name: "Dark" }).check();
  const dark = await background();
  assert.notEqual(dark, light);
  await page.reload();
  assert.equal(await background(), dark);
  assert.ok(await page.getByRole("radio", { name: "Dark" }).isChecked());
  await page.getByRole("radio", { name: "As the system" }).check();
  assert.equal(await background(), light);
  await page.emulateMedia({ colorScheme: "dark" });
  assert.equal(await background(), dark);
});

test("ink changes with the colours, the answer doesn't", async (t) => {
  const page = await visit(t, { context: { colorScheme: "light" } });
  await settled(page, "digits-here", "empty");
  await draw(page, DIGITS[7] ?? []);
  await untilLabel(page, "digits-here", "7");
  const ink = () =>
    page.locator('[data-part="canvas"]').evaluate((element) => {
      const canvas = /** @type {HTMLCanvasElement} */ (element);
      const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(canvas.width * 0.5, canvas.height * 0.24, 1, 1);
      return data[0] ?? -1;
    });
  const light = await ink();
  await page.getByRole("radio", { name: "Dark" }).check();
  assert.ok(light < 64 && (await ink()) > 192);
  await untilLabel(page, "digits-here", "7");
});

test("who wants less motion gets none", async (t) => {
  const page = await visit(t, { context: { reducedMotion: "reduce" } });
  await settled(page, "digits-here", "empty");
  const seconds = await page.locator("#digits-here .fill").first().evaluate((fill) => parseFloat(getComputedStyle(fill).transitionDuration));
  assert.ok(seconds < 0.001, `${seconds} s`);
});

test("the static files have a strict policy, and their own types", async () => {
  const page = await fetch(variable("ONNXLET_URL"));
  const policy = page.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src '(none|self)'/);
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'/);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:/);
  const html = await page.text();
  assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/);
  assert.equal(page.headers.get("x-content-type-options"), "nosniff");
  const list = await (await fetch(new URL("precache.js", variable("ONNXLET_URL")))).text();
  const [wasm] = /packages\/onnxlet-digits\/[^"]*\.wasm/.exec(list) ?? [];
  assert.ok(wasm, "no wasm in precache.js");
  const module = await fetch(new URL(wasm, variable("ONNXLET_URL")), { method: "HEAD" });
  assert.equal(module.headers.get("content-type"), "application/wasm");
});
