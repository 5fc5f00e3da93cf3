// When something is missing or breaks, the page says it plainly and the rest goes on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { comparison, settled, untilLabel } from "./support/answers.mjs";
import { serveSite } from "./support/site.mjs";
import { DIGITS, draw } from "./support/strokes.mjs";
import { visit } from "./support/visit.mjs";

// Routes can't see what a service worker fetches.
const context = /** @type {const} */ ({ serviceWorkers: "block" });
const SEVEN = DIGITS[7] ?? [];

test("on a static host the page predicts, and says calmly that there is no edge", async (t) => {
  const { url } = await serveSite(t);
  const page = await visit(t, { url, context, expected: /404/ });
  await page.locator("#digits-edge").getByText("No edge on this address").waitFor();
  assert.equal(await page.locator("#digits-edge .notice").getAttribute("data-kind"), "calm");
  await settled(page, "digits-here", "empty");
  await draw(page, SEVEN);
  await untilLabel(page, "digits-here", "7");
  assert.match(await page.locator('#digits [data-part="agreement"]').innerText(), /Only this page answers/);
  assert.match(await page.locator('#digits [data-snippet="curl"]').innerText(), /http:\/\/127\.0\.0\.1:8787\/predict[\s\S]*cargo xtask serve/);
});

test("a module that does not arrive is told with a reason, and a second try works", async (t) => {
  let broken = true;
  const page = await visit(t, {
    context,
    expected: /Failed to load resource/,
    before: (page) => page.route("**/*.wasm", (route) => (broken ? route.abort() : route.continue())),
  });
  await page.getByText("The model could not be loaded").waitFor();
  await draw(page, SEVEN);
  await untilLabel(page, "digits-edge", "7");
  broken = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await untilLabel(page, "digits-here", "7");
});

test("a bar shows how far the module is", async (t) => {
  const page = await visit(t, {
    context,
    before: (page) => page.route("**/*.wasm", async (route) => void setTimeout(() => route.continue(), 800)),
  });
  await page.getByRole("progressbar", { name: "Module arriving" }).waitFor();
  await settled(page, "digits-here", "empty");
  assert.equal(await page.getByRole("progressbar").count(), 0);
});

test("what the edge refuses is shown problem by problem, and the page's own answer stays", async (t) => {
  const problem = { title: "Unprocessable input", status: 422, problems: [{ field: "image", message: "expected a digit, got a poem" }] };
  const page = await visit(t, {
    context,
    expected: /422/,
    before: (page) => page.route("**/predict", (route) => route.fulfill({ status: 422, contentType: "application/problem+json", json: problem })),
  });
  await settled(page, "digits-here", "empty");
  await draw(page, SEVEN);
  await page.locator("#digits-edge").getByText("image: expected a digit, got a poem").waitFor();
  await page.locator('#digits [data-part="agreement"]').getByText("Nothing to compare").waitFor();
  await untilLabel(page, "digits-here", "7");
});

test("an edge that says something else is not passed over", async (t) => {
  const data = [0, 0, 0.9, 0.1, 0, 0, 0, 0, 0, 0];
  const page = await visit(t, {
    context,
    before: (page) => page.route("**/predict", (route) => route.fulfill({ json: { outputs: { probs: { dtype: "float32", shape: [1, 10], data } } } })),
  });
  await settled(page, "digits-here", "empty");
  await draw(page, SEVEN);
  await untilLabel(page, "digits-edge", "2");
  const { state, text } = await comparison(page, "digits");
  assert.equal(state, "differ");
  assert.match(text, /Page and edge differ/);
});

test("an edge that goes away is said to be out of reach, and is found again", async (t) => {
  let gone = false;
  const page = await visit(t, {
    context,
    expected: /Failed to load resource/,
    before: (page) => page.route(/\/(predict|model)$/, (route) => (gone ? route.abort() : route.continue())),
  });
  await settled(page, "digits-edge", "empty");
  gone = true;
  await draw(page, SEVEN);
  await page.locator("#digits-edge").getByText("The edge is out of reach").waitFor();
  await untilLabel(page, "digits-here", "7");
  gone = false;
  await page.getByRole("button", { name: "Look again" }).click();
  await untilLabel(page, "digits-edge", "7");
});
