// What the page says, read from the screen as a visitor would.

/** @typedef {import("playwright-core").Page} Page */

/**
 * Waits until a column has settled into a state: `answered`, `empty` or `told`.
 * @param {Page} page
 * @param {string} column such as "digits-here"
 * @param {"answered" | "empty" | "told"} state
 */
export async function settled(page, column, state) {
  await page.locator(`#${column}[data-state="${state}"]`).waitFor({ timeout: 20_000 });
}

/**
 * The label that a column shows.
 * @param {Page} page
 * @param {string} column
 */
export async function label(page, column) {
  return page.locator(`#${column} [data-part="label"]`).innerText();
}

/**
 * Waits until a column shows this label; rejects with what it showed instead.
 * @param {Page} page
 * @param {string} column
 * @param {string} expected
 */
export async function untilLabel(page, column, expected) {
  const place = page.locator(`#${column}[data-state="answered"] [data-part="label"]`);
  try {
    await place.filter({ hasText: new RegExp(`^${expected}$`) }).waitFor({ timeout: 10_000 });
  } catch (cause) {
    const shown = await page.locator(`#${column}`).innerText();
    throw new Error(`#${column}: expected ${expected}, but it shows:\n${shown}`, { cause });
  }
}

/**
 * Waits until page and edge have answered the same input, and tells how they compare.
 * @param {Page} page
 * @param {string} panel
 */
export async function comparison(page, panel) {
  const place = page.locator(`#${panel} [data-part="agreement"]:is([data-state="agree"], [data-state="differ"])`);
  await place.waitFor({ timeout: 20_000 });
  return { state: await place.getAttribute("data-state"), text: await place.innerText() };
}

/**
 * The percentages of a column's chart, by label.
 * @param {Page} page
 * @param {string} column
 * @returns {Promise<Record<string, string>>}
 */
export async function bars(page, column) {
  const rows = await page.locator(`#${column} .chart li`).evaluateAll((items) =>
    items.map((item) => [item.querySelector(".name")?.textContent ?? "", item.querySelector(".value")?.textContent ?? ""]),
  );
  return Object.fromEntries(rows);
}
