// An engine's glue hides its instance; the bake needs the instance's memory, globals and tables.

/**
 * Creates an engine and tells its instance.
 * @param {(module: WebAssembly.Module) => Promise<any>} createEngine the factory of `engine.js`
 * @param {Uint8Array<ArrayBuffer>} wasm
 * @returns {Promise<{engine: any, exports: Record<string, any>}>}
 */
export async function instantiate(createEngine, wasm) {
  const module = await WebAssembly.compile(wasm);
  const original = WebAssembly.instantiate;
  /** @type {WebAssembly.Instance | undefined} */
  let instance;
  /** @type {any} */ (WebAssembly).instantiate = async (/** @type {any[]} */ ...args) => {
    instance = await /** @type {any} */ (original)(...args);
    return instance;
  };
  try {
    const engine = await createEngine(module);
    if (!instance) throw new Error("the factory did not instantiate the module");
    return { engine, exports: instance.exports };
  } finally {
    WebAssembly.instantiate = original;
  }
}
