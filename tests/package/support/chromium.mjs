import { launch } from "../../setup/chromium.mjs";
import { atEnd } from "./cleanup.mjs";

/** @type {ReturnType<typeof launch> | undefined} */
let browser;

/**
 * A fresh page at an address, and the errors that it reports.
 * @param {string} address
 */
export async function openPage(address) {
  browser ??= begin();
  const page = await (await browser).newPage();
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(address);
  return { page, errors };
}

async function begin() {
  const launched = await launch();
  atEnd(() => launched.close());
  return launched;
}
