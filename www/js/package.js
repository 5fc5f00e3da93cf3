// The models' npm packages, imported as any page would import them.

/**
 * @typedef {import("./types.js").LoadOptions} LoadOptions
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").ModelPackage} ModelPackage
 */

/**
 * The package's entry, relative to the page.
 * @param {string} name of the model
 */
export function packageEntry(name) {
  return `./packages/onnxlet-${name}/browser.js`;
}

/**
 * How many bytes the module took on the way, compressed; 0 where the browser doesn't tell or nothing was fetched.
 * @param {string} name of the model
 */
export function transferredBytes(name) {
  const folder = new URL(".", new URL(packageEntry(name), document.baseURI)).href;
  const entries = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"));
  return entries.find((entry) => entry.name.startsWith(folder) && entry.name.endsWith(".wasm"))?.encodedBodySize ?? 0;
}

/**
 * Loads a model on a thread of its own.
 * @param {string} name
 * @param {NonNullable<LoadOptions["onProgress"]>} onProgress
 * @returns {Promise<Model>}
 */
export async function loadModel(name, onProgress) {
  const url = new URL(packageEntry(name), document.baseURI).href;
  const { load } = /** @type {ModelPackage} */ (await import(url));
  return load({ offThread: true, onProgress });
}
