// Pictures from outside: picked, pasted, dropped, samples; and the drawing as a file.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { variable } from "../setup/paths.mjs";
import { comparison, settled, untilLabel } from "./support/answers.mjs";
import { sample } from "./support/samples.mjs";
import { DIGITS, draw } from "./support/strokes.mjs";
import { visit } from "./support/visit.mjs";

test("a picked PNG is read, in the page and at the edge", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  await page.getByLabel("Choose an image").setInputFiles({ name: "five.png", mimeType: "image/png", buffer: await sample(5) });
  await untilLabel(page, "digits-here", "5");
  await untilLabel(page, "digits-edge", "5");
  assert.equal((await comparison(page, "digits")).state, "agree");
});

test("a pasted picture is read", async (t) => {
  const page = await visit(t, { context: { permissions: ["clipboard-read", "clipboard-write"] } });
  await settled(page, "digits-here", "empty");
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) })]);
  }, (await sample(2)).toString("base64"));
  await page.keyboard.press("Control+V");
  await untilLabel(page, "digits-here", "2");
  await untilLabel(page, "digits-edge", "2");
});

test("a dropped picture is read, wherever on the page it falls", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  await page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], "nine.png", { type: "image/png" }));
    const heading = document.querySelector("h1");
    heading?.dispatchEvent(new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true }));
    heading?.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, (await sample(9)).toString("base64"));
  await untilLabel(page, "digits-here", "9");
  await untilLabel(page, "digits-edge", "9");
});

test("every sample is read as what it is called", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  const samples = page.getByRole("button", { name: /^Sample/ });
  await samples.first().waitFor();
  assert.equal(await samples.count(), 10);
  for (const button of await samples.all()) {
    const digit = ((await button.getAttribute("aria-label")) ?? "").slice(-1);
    await button.click();
    await untilLabel(page, "digits-here", digit);
    await untilLabel(page, "digits-edge", digit);
    assert.equal((await comparison(page, "digits")).state, "agree");
  }
});

test("strokes over a picture count, and undo gives the picture back", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  await page.getByRole("button", { name: "Sample: a handwritten 1" }).click();
  await untilLabel(page, "digits-here", "1");
  await draw(page, [[[0.05, 0.2], [0.95, 0.2], [0.95, 0.9], [0.05, 0.9], [0.05, 0.2]]]);
  await page.waitForFunction(() => document.querySelector('#digits-here [data-part="label"]')?.textContent !== "1");
  assert.match(await page.locator('#digits [data-snippet="curl"] pre').innerText(), /@digit\.png/);
  await page.getByRole("button", { name: "Undo" }).click();
  await untilLabel(page, "digits-here", "1");
  assert.match(await page.locator('#digits [data-snippet="curl"] pre').innerText(), /@1\.png/);
});

for (const [name, mimeType, content, said] of /** @type {const} */ ([
  ["note.txt", "text/plain", "hello", /note\.txt: expected a PNG, JPEG or WebP image, got text\/plain/],
  ["broken.png", "image/png", "not a PNG", /broken\.png: this image\/png file could not be decoded/],
])) {
  test(`${name} is refused in plain words, and the drawing stays`, async (t) => {
    const page = await visit(t);
    await settled(page, "digits-here", "empty");
    await draw(page, DIGITS[7] ?? []);
    await untilLabel(page, "digits-here", "7");
    await page.getByLabel("Choose an image").setInputFiles({ name, mimeType, buffer: Buffer.from(content) });
    await page.getByRole("alert").filter({ hasText: said }).waitFor();
    await untilLabel(page, "digits-here", "7");
    await draw(page, [[[0.1, 0.1], [0.12, 0.1]]]);
    await page.locator('[data-part="pad-problem"]').waitFor({ state: "hidden" });
  });
}

test("the saved drawing is a PNG that the API reads the same", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  await draw(page, DIGITS[3] ?? []);
  await untilLabel(page, "digits-here", "3");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save" }).click()]);
  assert.equal(download.suggestedFilename(), "digit.png");
  const png = await readFile(await download.path());
  const headers = { "content-type": "image/png" };
  const answer = await fetch(new URL("predict", variable("ONNXLET_URL")), { method: "POST", headers, body: new Uint8Array(png) });
  assert.equal(answer.status, 200);
  const { top } = /** @type {{ top: { label: string }[] }} */ (await answer.json());
  assert.equal(top[0]?.label, "3");
});

test("the preview shows the drawing roughly as the model sees it", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  await draw(page, DIGITS[1] ?? []);
  await untilLabel(page, "digits-here", "1");
  const { size, ink, centre } = await page.locator('[data-part="preview"]').evaluate((element) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element);
    const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(0, 0, canvas.width, canvas.height);
    let [mass, x, y] = [0, 0, 0];
    for (let at = 0; at < data.length; at += 4) {
      const value = data[at] ?? 0;
      mass += value;
      x += value * ((at / 4) % canvas.width);
      y += value * Math.floor(at / 4 / canvas.width);
    }
    return { size: [canvas.width, canvas.height], ink: mass / 255, centre: [x / mass, y / mass] };
  });
  assert.deepEqual(size, [28, 28]);
  assert.ok(ink > 20 && ink < 160, `${ink} pixels of ink`);
  for (const at of centre) assert.ok(Math.abs(at - 13.5) < 1.5, `centre of mass at ${centre}`);
});
