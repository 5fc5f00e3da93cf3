// The tabular model: a form made from its card, and an answer that follows it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../setup/paths.mjs";
import { bars, label, settled, untilLabel } from "./support/answers.mjs";
import { visit } from "./support/visit.mjs";

const CARD = JSON.parse(await readFile(join(ROOT, "models", "iris", "card.json"), "utf8"));
/** @type {{ name: string, unit: string, min: number, max: number, step: number, default: number }[]} */
const FEATURES = CARD.inputs.features.features;
/** Of Fisher's flowers, one of each species. */
const FLOWERS = {
  setosa: { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 },
  versicolor: { sepal_length: 5.9, sepal_width: 2.8, petal_length: 4.2, petal_width: 1.3 },
  virginica: { sepal_length: 6.7, sepal_width: 3.1, petal_length: 5.8, petal_width: 2.3 },
};

/**
 * @param {import("playwright-core").Page} page
 * @param {string} feature
 */
function numberField(page, feature) {
  return page.locator(`#iris #feature-${feature}`);
}

test("the form has every feature of the card, with its unit, range, step and default", async (t) => {
  const page = await visit(t, { hash: "#iris" });
  await settled(page, "iris-here", "answered");
  const fields = page.locator("#iris .field");
  assert.equal(await fields.count(), FEATURES.length);
  for (const [at, { name, unit, min, max, step, default: usual }] of FEATURES.entries()) {
    const field = fields.nth(at);
    assert.equal(await numberField(page, name).inputValue(), String(usual));
    const slider = field.getByRole("slider");
    const limits = await slider.evaluate((input) => ["min", "max", "step"].map((limit) => Number(input.getAttribute(limit))));
    assert.deepEqual(limits, [min, max, step]);
    assert.match(await field.innerText(), new RegExp(`\\b${unit}\\b`));
  }
});

for (const [species, flower] of Object.entries(FLOWERS)) {
  test(`the measurements of a ${species} are named so`, async (t) => {
    const page = await visit(t, { hash: "#iris" });
    await settled(page, "iris-here", "answered");
    for (const [feature, value] of Object.entries(flower)) await numberField(page, feature).fill(String(value));
    await untilLabel(page, "iris-here", species);
    assert.deepEqual(Object.keys(await bars(page, "iris-here")), Object.keys(FLOWERS));
  });
}

test("slider and number field move each other, and the answer moves with them", async (t) => {
  const page = await visit(t, { hash: "#iris" });
  await settled(page, "iris-here", "answered");
  const slider = page.getByRole("slider", { name: "Petal length" });
  const before = await bars(page, "iris-here");
  await slider.focus();
  await page.keyboard.press("Home");
  assert.equal(await numberField(page, "petal_length").inputValue(), "1");
  await page.getByRole("slider", { name: "Petal width" }).focus();
  await page.keyboard.press("Home");
  await untilLabel(page, "iris-here", "setosa");
  assert.notDeepEqual(await bars(page, "iris-here"), before);
  await numberField(page, "petal_length").fill("6.2");
  assert.equal(await slider.inputValue(), "6.2");
});

test("a field without a number is said so and nothing is answered; a reset brings the defaults back", async (t) => {
  const page = await visit(t, { hash: "#iris" });
  await settled(page, "iris-here", "answered");
  const usual = await label(page, "iris-here");
  await numberField(page, "sepal_width").fill("");
  await settled(page, "iris-here", "empty");
  assert.equal(await numberField(page, "sepal_width").getAttribute("aria-invalid"), "true");
  await page.getByText("A number is needed here.").waitFor();
  await page.getByRole("button", { name: "Back to the defaults" }).click();
  await untilLabel(page, "iris-here", usual);
});

test("a value outside what the model has seen is answered, and marked", async (t) => {
  const page = await visit(t, { hash: "#iris" });
  await settled(page, "iris-here", "answered");
  await numberField(page, "petal_length").fill("40");
  await page.getByText(/Outside what the model has seen/).waitFor();
  await settled(page, "iris-here", "answered");
});

test("the edge that serves another model says so", async (t) => {
  const page = await visit(t, { hash: "#iris" });
  await page.locator("#iris-edge").getByText("The edge here serves digits").waitFor();
  await settled(page, "iris-here", "answered");
  assert.match(await page.locator('#iris [data-part="agreement"]').innerText(), /Only this page answers/);
});
