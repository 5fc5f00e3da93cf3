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
