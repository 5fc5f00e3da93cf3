// package.json of a model's package.
import type { Description } from "./card.js";

/** What is in a package. */
export interface Contents {
  /** Its files and folders. */
  files: readonly string[];
  /** The places of its wasm modules. */
  modules: readonly string[];
}

/** The manifest of a package. */
export function manifest({ name, version, description, card }: Description, { files, modules }: Contents): object {
  const addresses = modules.map((place) => [`./${place}`, { types: "./wasm/module.d.ts", default: `./${place}` }]);
  return {
    name: `onnxlet-${name}`,
    version,
    description: description ?? `The model ${name} as one WebAssembly module`,
    keywords: ["onnx", "onnxlet", "machine-learning", "inference", "prediction", "webassembly", "wasm", name],
    license: card.license ?? "SEE LICENSE IN README.md",
    type: "module",
    sideEffects: false,
    engines: { node: ">=20" },
    exports: {
      ".": {
        types: "./index.d.ts",
        workerd: "./workerd.js",
        node: "./node.js",
        browser: "./browser.js",
        default: "./browser.js",
      },
      // For bundlers that don't follow `new Worker(new URL(…))`: build it as an entry of its own.
      "./thread.browser.js": "./thread.browser.js",
      ...Object.fromEntries(addresses),
      "./package.json": "./package.json",
    },
    files,
  };
}
