// A person draws, the page reads: in the page and at the edge.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bars, comparison, label, settled, untilLabel } from "./support/answers.mjs";
import { DIGITS, draw } from "./support/strokes.mjs";
import { visit } from "./support/visit.mjs";

for (const [digit, strokes] of Object.entries(DIGITS)) {
  test(`a drawn ${digit} is read as ${digit}, in the page and at the edge`, async (t) => {
    const page = await visit(t);
    await settled(page, "digits-here", "empty");
    await draw(page, strokes);
    await untilLabel(page, "digits-here", digit);
    await untilLabel(page, "digits-edge", digit);
    const { state, text } = await comparison(page, "digits");
    assert.equal(state, "agree", text);
    assert.deepEqual(await bars(page, "digits-here"), await bars(page, "digits-edge"));
  });
}

test("what is drawn before the model has arrived is read once it has", async (t) => {
  const page = await visit(t, {
    context: { serviceWorkers: "block" },
    before: (page) => page.route("**/*.wasm", async (route) => void setTimeout(() => route.continue(), 1500)),
  });
  await settled(page, "digits-here", "told");
  await draw(page, DIGITS[7] ?? []);
  await untilLabel(page, "digits-here", "7");
});

test("probabilities move while the pointer is still down", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  const pad = await page.getByRole("application", { name: "Drawing pad" }).boundingBox();
  assert.ok(pad);
  await page.mouse.move(pad.x + pad.width * 0.5, pad.y + pad.height * 0.2);
  await page.mouse.down();
  await page.mouse.move(pad.x + pad.width * 0.5, pad.y + pad.height * 0.8, { steps: 10 });
  await untilLabel(page, "digits-here", "1");
  const before = await bars(page, "digits-here");
  await page.mouse.move(pad.x + pad.width * 0.8, pad.y + pad.height * 0.8, { steps: 10 });
  await page.waitForFunction((old) => document.querySelector("#digits-here .chart li:nth-child(2) .value")?.textContent !== old, before["1"]);
  await page.mouse.up();
});

test("undo takes back one stroke, clear takes all, and undo brings it back", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  const undo = page.getByRole("button", { name: "Undo" });
  const clear = page.getByRole("button", { name: "Clear" });
  assert.ok(await undo.isDisabled());
  assert.ok(await clear.isDisabled());
  await draw(page, [...(DIGITS[1] ?? []), [[0.2, 0.5], [0.8, 0.5]]]);
  await settled(page, "digits-here", "answered");
  await undo.click();
  await untilLabel(page, "digits-here", "1");
  await clear.click();
  await settled(page, "digits-here", "empty");
  await settled(page, "digits-edge", "empty");
  assert.equal(await label(page, "digits-here"), "–");
  assert.ok(await clear.isDisabled());
  await undo.click();
  await untilLabel(page, "digits-here", "1");
});

test("a finger draws as a mouse does", async (t) => {
  const page = await visit(t, { context: { hasTouch: true, isMobile: true, viewport: { width: 375, height: 812 } } });
  await settled(page, "digits-here", "empty");
  await page.getByRole("application", { name: "Drawing pad" }).scrollIntoViewIfNeeded();
  const pad = await page.getByRole("application", { name: "Drawing pad" }).boundingBox();
  assert.ok(pad);
  const session = await page.context().newCDPSession(page);
  const [stroke = []] = DIGITS[7] ?? [];
  const finger = stroke.map(([x, y]) => ({ x: pad.x + x * pad.width, y: pad.y + y * pad.height }));
  for (const [at, point] of finger.entries()) {
    await session.send("Input.dispatchTouchEvent", { type: at === 0 ? "touchStart" : "touchMove", touchPoints: [point] });
  }
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await untilLabel(page, "digits-here", "7");
  assert.match(await page.locator('[data-part="pad-answer"]').innerText(), /^7/);
});

test("a pen that is pressed harder draws a thicker line", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  /** @param {number} pressure */
  const inkOf = (pressure) =>
    page.evaluate(async (pressure) => {
      const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('[data-part="canvas"]'));
      const box = canvas.getBoundingClientRect();
      for (const [type, y] of /** @type {[string, number][]} */ ([["pointerdown", 0.3], ["pointermove", 0.5], ["pointermove", 0.7], ["pointerup", 0.7]])) {
        const position = { clientX: box.left + box.width / 2, clientY: box.top + box.height * y };
        // A made-up pointer can't be captured, so capture is left out here.
        canvas.setPointerCapture = () => {};
        canvas.dispatchEvent(new PointerEvent(type, { pointerId: 7, pointerType: "pen", pressure, button: type === "pointermove" ? -1 : 0, ...position }));
      }
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, at) => at % 4 === 3 && value > 0).length;
    }, pressure);
  const light = await inkOf(0.1);
  await page.getByRole("button", { name: "Clear" }).click();
  const hard = await inkOf(0.9);
  assert.ok(hard > light * 1.5, `light ${light}, hard ${hard}`);
});
