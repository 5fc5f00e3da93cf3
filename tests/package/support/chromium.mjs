import { after } from "node:test";
import { chromium } from "playwright-core";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @type {Promise<import("playwright-core").Browser> | undefined} */
let browser;

/**
 * A fresh page at an address. Fails the test when the page reports an error.
 * @param {string} address
 */
export async function openPage(address) {
  browser ??= launch();
  const page = await (await browser).newPage();
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(address);
  return { page, errors };
}

async function launch() {
  const executablePath = process.env.ONNXLET_CHROMIUM;
  if (!executablePath) throw new Error("ONNXLET_CHROMIUM: expected the path of a Chromium, got nothing");
  const launched = await chromium.launch({ executablePath, args: FLAGS });
  after(() => launched.close());
  return launched;
}
