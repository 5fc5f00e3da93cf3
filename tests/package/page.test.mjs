// The packed digits package in Chromium: a plain module script, no bundler.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { project } from "./support/installed.mjs";
import { checkPage, writePage } from "./support/page-checks.mjs";
import { pageProgram } from "./support/page-program.mjs";

let folder = "";
before(async () => {
  folder = await project(["digits"]);
  const script = `${pageProgram("./node_modules/onnxlet-digits/browser.js")}\nwindow.answers = answers;`;
  await writeFile(join(folder, "page.js"), script);
  await writePage(folder, "./page.js");
});

test("every form of a picture is read, on the page's thread and off it", () => checkPage(folder));

test("a server that doesn't know wasm will do", () => checkPage(folder, { ".wasm": "application/octet-stream" }));
