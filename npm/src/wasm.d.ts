// Cloudflare Workers (and bundlers for them) give a compiled module for an import of a .wasm file.
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
