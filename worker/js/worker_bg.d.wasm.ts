// Wrangler gives the import of a .wasm file as the compiled module.
declare const module: WebAssembly.Module;
export default module;
