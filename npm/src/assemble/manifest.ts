// package.json of a model's package.
import type { Description } from "./card.js";

/** The manifest of a package that holds these files and folders. */
export function manifest({ name, version, description, card }: Description, files: readonly string[]): object {
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
      "./wasm/model.relaxed.wasm": { types: "./wasm/module.d.ts", default: "./wasm/model.relaxed.wasm" },
      "./wasm/model.baseline.wasm": { types: "./wasm/module.d.ts", default: "./wasm/model.baseline.wasm" },
      "./package.json": "./package.json",
    },
    files,
  };
}
