// TensorFlow.js and the one model that it can have here.

import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { BENCH } from "../paths.mjs";
import { digitsGraph } from "./digits.mjs";

/**
 * Fills a folder with TensorFlow.js, bundled and minified as its users do, and the model in its format.
 * @param {import("../types.js").Model} model
 * @param {string} folder
 */
export async function tfjsOf({ name, onnx }, folder) {
  if (name !== "digits") throw new Error("the model is not published in a format of TensorFlow.js");
  const { topology, weights } = await digitsGraph(await readFile(onnx));
  await writeFile(join(folder, "model.json"), JSON.stringify(topology));
  await writeFile(join(folder, "weights.bin"), weights);
  const wasm = "tfjs-backend-wasm-simd.wasm";
  await copyFile(join(BENCH, "node_modules/@tensorflow/tfjs-backend-wasm/dist", wasm), join(folder, wasm));
  const common = { entryPoints: [join(BENCH, "tfjs/entry.mjs")], bundle: true, minify: true, logLevel: "error" };
  const page = { format: "esm", platform: "browser", outfile: join(folder, "tfjs.js") };
  // TensorFlow.js's entries for Node are bundles already, which would bring every operator along.
  const node = { format: "cjs", platform: "node", mainFields: ["module", "main"], outfile: join(folder, "tfjs.node.cjs") };
  for (const options of [page, node]) await build(/** @type {import("esbuild").BuildOptions} */ ({ ...common, ...options }));
}
