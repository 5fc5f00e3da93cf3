// The packed digits package, built by esbuild as its README says, in Chromium and in workerd.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { build } from "esbuild";
import { project } from "./support/installed.mjs";
import { checkPage, writePage } from "./support/page-checks.mjs";
import { pageProgram } from "./support/page-program.mjs";
import { sample } from "./support/paths.mjs";
import { serveWorker } from "./support/workerd.mjs";

const PAGE = `${pageProgram("onnxlet-digits")}
import relaxed from "onnxlet-digits/wasm/model.relaxed.wasm";
import baseline from "onnxlet-digits/wasm/model.baseline.wasm";
const addresses = { relaxed, baseline };
window.answers = (options) => answers({ wasm: (simd) => new URL(addresses[simd], import.meta.url), ...options });
`;

const WORKER = `
import { load } from "onnxlet-digits";

const model = await load();

async function problemOf(call) {
  try {
    await call();
    return "no error";
  } catch ({ code, message }) {
    return { code, message };
  }
}

export default {
  async fetch(request) {
    if (request.method === "POST") return Response.json(await model.predict(request.body ? new Response(request.body) : []));
    return Response.json({
      description: model.describe(),
      misfit: await problemOf(() => model.predict([1, 2, 3])),
      offThread: await problemOf(() => load({ offThread: true })),
      baseline: await problemOf(() => load({ simd: "baseline" })),
      bytes: await problemOf(() => load({ wasm: new Uint8Array(8) })),
    });
  },
};
`;

let folder = "";
before(async () => {
  folder = await project(["digits"], { "page.js": PAGE, "worker.js": WORKER });
});

test("in Chromium: every form of a picture is read, on the page's thread and off it", async () => {
  const out = join(folder, "dist");
  const thread = "onnxlet-digits/thread.browser.js";
  await build({
    absWorkingDir: folder,
    entryPoints: { page: "page.js", "thread.browser": thread },
    bundle: true,
    format: "esm",
    loader: { ".wasm": "file" },
    outdir: out,
  });
  await writePage(out, "./page.js");
  await checkPage(out);
});

test("in workerd: pictures are read by the relaxed build, and what a Worker can't do is refused", async () => {
  const out = join(folder, "worker");
  await build({
    absWorkingDir: folder,
    entryPoints: { index: "worker.js" },
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    loader: { ".wasm": "copy" },
    outdir: out,
  });
  const origin = await serveWorker(out);
  for (let digit = 0; digit < 10; digit += 1) {
    const response = await fetch(origin, { method: "POST", body: await readFile(sample(digit)) });
    const { top } = /** @type {any} */ (await response.json());
    assert.equal(top[0].label, String(digit));
  }
  const { description, ...problems } = /** @type {any} */ (await (await fetch(origin)).json());
  assert.equal(description.engine.simd, "relaxed");
  assert.equal(problems.misfit.code, "invalid");
  assert.match(problems.offThread.message, /^offThread: .*no threads/);
  assert.match(problems.baseline.message, /^simd: .*"relaxed" in a Worker/);
  assert.match(problems.bytes.message, /^wasm: .*compile no bytes/);
});
