// Puts the published package `onnxlet` together, from what `cargo xtask build` made: the CLI, the runtime, the engines of
// both SIMD builds and the Worker without a model, the reference of its API, and the baker.
//
//     node npm/pack.mjs [--engines target/wasm/engine] [--pictures target/wasm/pictures] [--worker target/wasm/worker]
//         [--baker target/baker] [--reference target/swagger-ui] [--dist npm/dist] [--out target/npm/onnxlet] [--pack]

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";
import { transformSync } from "esbuild";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const { values } = parseArgs({
  options: {
    engines: { type: "string", default: "target/wasm/engine" },
    pictures: { type: "string", default: "target/wasm/pictures" },
    worker: { type: "string", default: "target/wasm/worker" },
    baker: { type: "string", default: "target/baker" },
    reference: { type: "string", default: "target/swagger-ui" },
    dist: { type: "string", default: "npm/dist" },
    out: { type: "string", default: "target/npm/onnxlet" },
    pack: { type: "boolean", default: false },
  },
});
const at = {
  engines: resolve(ROOT, values.engines),
  pictures: resolve(ROOT, values.pictures),
  worker: resolve(ROOT, values.worker),
  baker: resolve(ROOT, values.baker),
  reference: resolve(ROOT, values.reference),
  dist: resolve(ROOT, values.dist),
  out: resolve(ROOT, values.out),
};

rmSync(at.out, { recursive: true, force: true });
for (const folder of ["engines", "baker"]) mkdirSync(join(at.out, folder), { recursive: true });
for (const simd of ["relaxed", "baseline"]) putModule(join(at.engines, simd, "engine"), simd);
putModule(join(at.pictures, "pictures"), "pictures");
putWorker();
putReference();
for (const file of ["baker.js", "baker_bg.wasm"]) cpSync(join(at.baker, file), join(at.out, "baker", file));
cpSync(at.dist, join(at.out, "dist"), { recursive: true, filter: (path) => !isDeclaration(path) });
for (const file of ["LICENSE-MIT", "LICENSE-APACHE"]) cpSync(join(ROOT, file), join(at.out, file));
cpSync(join(ROOT, "npm", "README.onnxlet.md"), join(at.out, "README.md"));
writeFileSync(join(at.out, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
console.log(values.pack ? packed(at.out) : at.out);

/**
 * A module compressed: quality 9 is within 3 % of the best, in a tenth of the time.
 * @param {string} from
 */
function compressed(from) {
  const wasm = readFileSync(from);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 9,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length,
  };
  return brotliCompressSync(wasm, { params });
}

/**
 * A module's glue, minified, and the module.
 * @param {string} stem what its files begin with
 * @param {string} name
 */
function putModule(stem, name) {
  writeFileSync(join(at.out, "engines", `${name}.wasm.br`), compressed(`${stem}_bg.wasm`));
  writeFileSync(join(at.out, "engines", `${name}.js`), minified(`${stem}.js`));
}

/** @param {string} script */
function minified(script) {
  return transformSync(readFileSync(script, "utf8"), { minify: true, format: "esm", target: "es2022" }).code;
}

/** The Worker's scripts, as they go into a Worker's folder, and its module. */
function putWorker() {
  const src = join(at.out, "worker", "src");
  cpSync(join(ROOT, "worker", "js"), src, { recursive: true, filter: (path) => !/\.d\.ts$|\.json$/.test(path) });
  writeFileSync(join(src, "engine.js"), minified(join(at.worker, "worker.js")));
  // JavaScript that the crate `worker` brings along.
  cpSync(join(at.worker, "snippets"), join(src, "snippets"), { recursive: true });
  writeFileSync(join(at.out, "worker", "worker.wasm.br"), compressed(join(at.worker, "worker_bg.wasm")));
}

/** The page `/docs`: Swagger UI, and the frame around it. */
function putReference() {
  const docs = join(at.out, "docs");
  cpSync(join(ROOT, "www", "docs"), docs, { recursive: true });
  for (const file of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
    // The maps that they name are not shipped.
    const text = readFileSync(join(at.reference, file), "utf8").replace(/^(\/\/|\/\*)# sourceMappingURL=.*$/m, "");
    writeFileSync(join(docs, file), text);
  }
  for (const file of ["LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"]) {
    cpSync(join(at.reference, file), join(docs, file.startsWith("swagger") ? file : `swagger-ui.${file}.txt`));
  }
}

/**
 * Only those that become part of a model's package are needed.
 * @param {string} path
 */
function isDeclaration(path) {
  return path.endsWith(".d.ts") && !["types.d.ts", "errors.d.ts", "thread.browser.d.ts"].includes(basename(path));
}

function manifest() {
  const { version } = JSON.parse(readFileSync(join(ROOT, "npm", "package.json"), "utf8"));
  return {
    name: "onnxlet",
    version,
    description: "Turns a trained ONNX model into one small WebAssembly module that predicts, for pages, Node and the edge",
    keywords: ["onnx", "machine-learning", "inference", "webassembly", "wasm", "cli"],
    license: "MIT OR Apache-2.0",
    type: "module",
    engines: { node: ">=20" },
    bin: { onnxlet: "dist/cli/main.js" },
    exports: { "./package.json": "./package.json" },
    files: ["LICENSE-APACHE", "LICENSE-MIT", "baker", "dist", "docs", "engines", "worker"],
  };
}

/**
 * Packs the package beside its folder.
 * @param {string} folder
 */
function packed(folder) {
  const windows = process.platform === "win32";
  const args = ["pack", "--silent", "--pack-destination", dirname(folder)];
  const printed = execFileSync(windows ? "npm.cmd" : "npm", args, { cwd: folder, encoding: "utf8", shell: windows });
  return join(dirname(folder), printed.trim());
}
