// The packed digits package, built by Vite without any configuration, in Chromium.
import assert from "node:assert/strict";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { succeed } from "./support/command.mjs";
import { project } from "./support/installed.mjs";
import { checkPage, writePage } from "./support/page-checks.mjs";
import { pageProgram } from "./support/page-program.mjs";
import { sample, tool } from "./support/paths.mjs";

let folder = "";
before(async () => {
  folder = await project(["digits"]);
  await writePage(folder, "/main.js");
  await writeFile(join(folder, "main.js"), `${pageProgram("onnxlet-digits")}\nwindow.answers = answers;`);
  await mkdir(join(folder, "public"));
  await copyFile(sample(7), join(folder, "public", "7.png"));
  await succeed(process.execPath, [tool("vite"), "build", "--logLevel", "warn"], { cwd: folder });
});

test("the build holds every module once, and the thread's script", async () => {
  const assets = await readdir(join(folder, "dist", "assets"));
  const kinds = assets.map((file) => file.replace(/-[\w-]{8}\./, "."));
  for (const wanted of ["lean.relaxed.wasm", "lean.baseline.wasm", "full.relaxed.wasm", "full.baseline.wasm", "thread.browser.js"]) {
    assert.equal(kinds.filter((kind) => kind === wanted).length, 1, assets.join(", "));
  }
});

test("every form of a picture is read, on the page's thread and off it", () => checkPage(join(folder, "dist")));
