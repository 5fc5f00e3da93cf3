// Bundles the compiled runtime: one small script for each way into a model's package. A page then asks for few files, and
// gets half the bytes. What is generated for each package is left to names ($addresses …) that npm/src/assemble/entries.ts
// declares, by an import or in place.
//
//     node npm/bundle.mjs [npm/dist]

import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ENTRIES = ["browser", "node", "workerd", "thread.browser", "thread.node"];
/** What the generated modules export. */
const GENERATED = { addresses: "addresses, decoder", bundled: "simd, first, full, decoder", engines: "engines, describe, pictures" };

/** @type {import("esbuild").Plugin} */
const generated = {
  name: "generated",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/(addresses|bundled|engines)\.js$/ }, ({ path }) => ({ path: path.slice(2, -3), namespace: "generated" }));
    onLoad({ filter: /./, namespace: "generated" }, ({ path }) => {
      return { contents: `export const { ${GENERATED[/** @type {keyof typeof GENERATED} */ (path)]} } = $${path};` };
    });
  },
};

const dist = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "dist"));
await build({
  entryPoints: ENTRIES.map((entry) => join(dist, `${entry}.js`)),
  outdir: join(dist, "entries"),
  external: ["node:*"],
  plugins: [generated],
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  minify: true,
  legalComments: "none",
});
