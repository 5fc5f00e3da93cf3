// The packed digits package, built by esbuild as its README says, in Chromium and in workerd.
import { join } from "node:path";
import { before, test } from "node:test";
import { build } from "esbuild";
import { project } from "./support/installed.mjs";
import { checkPage, writePage } from "./support/page-checks.mjs";
import { pageProgram } from "./support/page-program.mjs";
import { checkWorker, WORKER } from "./support/worker-program.mjs";

const PAGE = `${pageProgram("onnxlet-digits")}
import leanRelaxed from "onnxlet-digits/wasm/lean.relaxed.wasm";
import leanBaseline from "onnxlet-digits/wasm/lean.baseline.wasm";
import fullRelaxed from "onnxlet-digits/wasm/full.relaxed.wasm";
import fullBaseline from "onnxlet-digits/wasm/full.baseline.wasm";
import pictures from "onnxlet-digits/wasm/pictures.wasm";
const files = {
  lean: { relaxed: leanRelaxed, baseline: leanBaseline },
  full: { relaxed: fullRelaxed, baseline: fullBaseline },
};
const wasm = (simd, part) => new URL(part === "pictures" ? pictures : files[part][simd], import.meta.url);
window.answers = (options) => answers({ wasm, ...options });
`;

let folder = "";
before(async () => {
  folder = await project(["digits"], { "page.js": PAGE, "worker.js": WORKER });
});

test("in Chromium: every form of a picture is read, on the page's thread and off it", async () => {
  const outdir = join(folder, "dist");
  const entryPoints = { page: "page.js", "thread.browser": "onnxlet-digits/thread.browser.js" };
  await build({ absWorkingDir: folder, entryPoints, bundle: true, format: "esm", loader: { ".wasm": "file" }, outdir });
  await writePage(outdir, "./page.js");
  await checkPage(outdir);
});

test("in workerd: pictures are read by the relaxed build, and what a Worker can't do is refused", async () => {
  const outdir = join(folder, "worker");
  await build({
    absWorkingDir: folder,
    entryPoints: { index: "worker.js" },
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    loader: { ".wasm": "copy" },
    outdir,
  });
  await checkWorker(outdir);
});
