// The lines to copy say exactly what is on the screen, and work.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { variable } from "../setup/paths.mjs";
import { settled, untilLabel } from "./support/answers.mjs";
import { sample } from "./support/samples.mjs";
import { visit } from "./support/visit.mjs";

const run = promisify(execFile);
const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };

/**
 * Presses a snippet's button, and gives what is then on the clipboard.
 * @param {import("playwright-core").Page} page
 * @param {string} panel
 * @param {string} id
 */
async function copied(page, panel, id) {
  const snippet = page.locator(`#${panel} [data-snippet="${id}"]`);
  await snippet.getByRole("button", { name: /Copy/ }).click();
  await snippet.getByText("Copied", { exact: true }).waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(text, await snippet.locator("pre").innerText());
  return text;
}

test("the copied curl line, run where the file is, gives the label on the screen", async (t) => {
  const page = await visit(t, { context: CLIPBOARD });
  await settled(page, "digits-edge", "empty");
  await page.getByLabel("Choose an image").setInputFiles({ name: "it's a 6.png", mimeType: "image/png", buffer: await sample(6) });
  await untilLabel(page, "digits-here", "6");
  const line = await copied(page, "digits", "curl");
  assert.ok(line.includes(new URL("predict", variable("ONNXLET_URL")).href), line);
  const folder = await mkdtemp(join(tmpdir(), "onnxlet-curl-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "it's a 6.png"), await sample(6));
  try {
    await run("curl", ["--version"]);
  } catch {
    return t.skip("there is no curl here");
  }
  const { stdout } = await run("sh", ["-c", `${line} --silent --noproxy '*'`], { cwd: folder });
  assert.equal(JSON.parse(stdout).top[0].label, "6");
});

test("the import lines name the file on the screen and what it gives", async (t) => {
  const page = await visit(t, { context: CLIPBOARD });
  await settled(page, "digits-here", "empty");
  await page.getByRole("button", { name: "Sample: a handwritten 4" }).click();
  await untilLabel(page, "digits-here", "4");
  const node = await copied(page, "digits", "node");
  assert.match(node, /import \{ load \} from "onnxlet-digits";/);
  assert.match(node, /readFile\("4\.png"\)/);
  assert.match(node, /\/\/ \{ label: "4", index: 4, score: (1|0\.\d+) \}/);
  assert.match(await copied(page, "digits", "page"), /await fetch\("4\.png"\)/);
});

test("the iris lines hold the values of the form", async (t) => {
  const page = await visit(t, { hash: "#iris", context: CLIPBOARD });
  await settled(page, "iris-here", "answered");
  await page.locator("#feature-petal_width").fill("2.1");
  await page.locator('#iris [data-snippet="curl"]').filter({ hasText: "2.1" }).waitFor();
  const curl = await copied(page, "iris", "curl");
  const body = JSON.parse(/-d '(.*)'/.exec(curl)?.[1] ?? "");
  assert.equal(body.features.petal_width, 2.1);
  assert.deepEqual(Object.keys(body.features), ["sepal_length", "sepal_width", "petal_length", "petal_width"]);
  const code = await copied(page, "iris", "import");
  assert.match(code, /petal_width: 2\.1,/);
});

test("where the clipboard is refused the lines are selected instead", async (t) => {
  const page = await visit(t, {
    before: (page) => page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined })),
  });
  await settled(page, "digits-here", "empty");
  const snippet = page.locator('#digits [data-snippet="curl"]');
  await snippet.getByRole("button", { name: /Copy/ }).click();
  await snippet.getByText("Selected: press Ctrl C").waitFor();
  assert.equal(await page.evaluate(() => String(getSelection())), await snippet.locator("pre").innerText());
});

test("the facts about the model are those that it tells itself", async (t) => {
  const page = await visit(t);
  await settled(page, "digits-here", "empty");
  const facts = await page.locator("#digits .facts dl > div").evaluateAll((rows) =>
    rows.map((row) => [row.querySelector("dt")?.textContent ?? "", row.querySelector("dd")?.textContent ?? ""]),
  );
  const shown = Object.fromEntries(facts);
  const model = /** @type {any} */ (await (await fetch(new URL("model", variable("ONNXLET_URL")))).json());
  assert.equal(shown.Name, model.name);
  assert.equal(shown.Version, model.version);
  assert.equal(shown.Digest, model.digest);
  assert.equal(shown.Signature, "image: f32[N,1,28,28] → probs: f32[N,10]");
  assert.match(shown["SIMD build"] ?? "", /relaxed|baseline/);
  assert.match(shown.Module ?? "", /^\d+\.\d\d MB/);
});
