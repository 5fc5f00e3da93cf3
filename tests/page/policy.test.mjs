// The page's security policy: it lets the page work, and nothing else. (`visit` fails for whatever the console is told,
// which includes every violation.)

import assert from "node:assert/strict";
import { test } from "node:test";
import { variable } from "../setup/paths.mjs";
import { comparison, settled, untilLabel } from "./support/answers.mjs";
import { DIGITS, draw } from "./support/strokes.mjs";
import { visit } from "./support/visit.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** Tells the directives that are violated from now on. @param {Page} page */
async function watched(page) {
  await page.evaluate(() => {
    const violated = /** @type {string[]} */ (Reflect.get(window, "violated") ?? []);
    Reflect.set(window, "violated", violated);
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => violated.push(effectiveDirective));
  });
  return () => page.evaluate(() => /** @type {string[]} */ (Reflect.get(window, "violated")));
}

test("every file of the page forbids inline scripts, inline styles and framing", async () => {
  for (const path of ["/", "/js/main.js", "/css/base.css"]) {
    const response = await fetch(new URL(path, variable("ONNXLET_URL")));
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/, path);
    assert.match(policy, /frame-ancestors 'none'/, path);
    assert.doesNotMatch(policy, /'unsafe-inline'|'unsafe-eval'|\*|https?:/, path);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(response.headers.get("referrer-policy"), "no-referrer", path);
  }
});

test("drawing, predicting and comparing violate nothing", async (t) => {
  const page = await visit(t);
  const violated = await watched(page);
  await settled(page, "digits-here", "empty");
  await draw(page, DIGITS[7] ?? []);
  await untilLabel(page, "digits-here", "7");
  assert.equal((await comparison(page, "digits")).state, "agree");
  assert.deepEqual(await violated(), []);
});

test("an inline script, an inline style, eval and an address outside are refused", async (t) => {
  const page = await visit(t, { expected: /Content Security Policy|Refused|violates/ });
  await settled(page, "digits-here", "empty");
  const violated = await watched(page);
  const ran = await page.evaluate(async () => {
    document.head.append(Object.assign(document.createElement("script"), { textContent: "window.ran = true" }));
    document.head.append(Object.assign(document.createElement("style"), { textContent: "body { color: red }" }));
    // `eval` itself is let through where a debugger calls, as here.
    setTimeout("window.evaluated = true");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const fetched = await fetch("data:text/plain,a").catch(() => "refused");
    return [Reflect.get(window, "ran"), Reflect.get(window, "evaluated"), fetched];
  });
  assert.deepEqual(ran, [undefined, undefined, "refused"]);
  const directives = await violated();
  for (const directive of ["script-src-elem", "style-src-elem", "script-src", "connect-src"]) {
    assert.ok(directives.includes(directive), `${directive}: ${directives}`);
  }
});
