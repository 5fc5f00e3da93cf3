// Works offline once loaded, and an update never mixes with what is stored.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { TARGET } from "../setup/paths.mjs";
import { settled, untilLabel } from "./support/answers.mjs";
import { serveSite } from "./support/site.mjs";
import { DIGITS, draw } from "./support/strokes.mjs";
import { visit } from "./support/visit.mjs";

const SEVEN = DIGITS[7] ?? [];
// Without a connection, looking for the edge fails; the browser reports that by itself.
const CUT = /ERR_INTERNET_DISCONNECTED|Failed to load resource/;

/** @param {import("playwright-core").Page} page */
async function stored(page) {
  await page.getByText("Works offline").waitFor({ timeout: 30_000 });
}

test("cut off after it has loaded, the page goes on, and the edge is calmly missing", async (t) => {
  const page = await visit(t, { expected: CUT });
  await stored(page);
  await page.context().setOffline(true);
  await page.getByText("Offline", { exact: true }).waitFor();
  await draw(page, SEVEN);
  await untilLabel(page, "digits-here", "7");
  await page.locator("#digits-edge").getByText("The edge is out of reach").waitFor();
  await page.context().setOffline(false);
  await untilLabel(page, "digits-edge", "7");
});

test("opened without a connection, the page and both models are there", async (t) => {
  const page = await visit(t, { expected: CUT });
  await stored(page);
  await page.context().setOffline(true);
  await page.reload();
  await settled(page, "digits-here", "empty");
  await draw(page, SEVEN);
  await untilLabel(page, "digits-here", "7");
  await page.getByRole("button", { name: "Sample: a handwritten 3" }).click();
  await untilLabel(page, "digits-here", "3");
  await page.getByRole("tab", { name: "Iris flowers" }).click();
  await settled(page, "iris-here", "answered");
});

test("a new version waits beside the old one until the reader reloads", async (t) => {
  const { url, replaced } = await serveSite(t);
  const page = await visit(t, { url, expected: /404/ });
  await stored(page);
  await replaceIndex(replaced, (html) => html.replace("<h1>", "<h1>Newer: "));
  await page.reload();
  await page.getByRole("button", { name: "New version: reload" }).waitFor({ timeout: 30_000 });
  assert.doesNotMatch(await page.locator("h1").innerText(), /Newer/);
  await settled(page, "digits-here", "empty");
  await page.getByRole("button", { name: "New version: reload" }).click();
  await page.getByRole("heading", { level: 1, name: /^Newer/ }).waitFor();
  await settled(page, "digits-here", "empty");
  assert.equal(await page.evaluate(async () => (await caches.keys()).length), 1);
});

test("a version whose files don't fit together is not taken", async (t) => {
  const { url, replaced } = await serveSite(t);
  const page = await visit(t, { url, expected: /404|digest|integrity/i });
  await stored(page);
  await replaceIndex(replaced, (html) => html.replace("<h1>", "<h1>Newer: "));
  replaced.set("index.html", "<h1>Torn</h1>");
  await page.reload();
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update().catch(() => undefined));
  const outcome = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    while (registration.installing) await new Promise((resolve) => setTimeout(resolve, 50));
    return { waiting: registration.waiting !== null, caches: (await caches.keys()).length };
  });
  assert.equal(outcome.waiting, false);
  assert.equal(await page.getByRole("button", { name: "New version: reload" }).count(), 0);
  await page.reload();
  assert.doesNotMatch(await page.locator("h1").innerText(), /Torn|Newer/);
});

/**
 * Puts a changed index.html in place, and the list of files that goes with it.
 * @param {Map<string, string>} replaced
 * @param {(html: string) => string} change
 */
async function replaceIndex(replaced, change) {
  const site = join(TARGET, "site");
  const html = change(await readFile(join(site, "index.html"), "utf8"));
  const list = await readFile(join(site, "precache.js"), "utf8");
  const { files } = JSON.parse(list.slice(list.indexOf("{"), list.lastIndexOf("}") + 1));
  files["index.html"] = `sha256-${createHash("sha256").update(html).digest("base64")}`;
  replaced.set("index.html", html);
  replaced.set("precache.js", `self.PRECACHE = ${JSON.stringify({ version: "newer", files })};`);
}
