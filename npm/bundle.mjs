// Bundles the compiled runtime: one small script for each way into a model's package. A page then asks for few files, and
// gets half the bytes. What is generated for each package stays outside.
//
//     node npm/bundle.mjs [npm/dist]

import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ENTRIES = ["browser", "node", "workerd", "thread.browser", "thread.node"];
const GENERATED = ["./addresses.js", "./bundled.js", "./engines.js"];

const dist = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "dist"));
await build({
  entryPoints: ENTRIES.map((entry) => join(dist, `${entry}.js`)),
  outdir: join(dist, "entries"),
  external: [...GENERATED, "node:*"],
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  minify: true,
  legalComments: "none",
});
