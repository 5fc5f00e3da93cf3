// A build writes `modules.js`. Wrangler gives the import of a .wasm file as the compiled module.

/** What answers at first: the lean module, where there is one. */
export const first: WebAssembly.Module;
/** What lacks nothing, where the first is lean. */
export const full: WebAssembly.Module | undefined;
