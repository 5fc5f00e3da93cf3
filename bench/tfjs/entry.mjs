// The part of TensorFlow.js that a page would bundle to run a graph model on WebAssembly.

export { loadGraphModel } from "@tensorflow/tfjs-converter";
export { env, io, setBackend, tensor } from "@tensorflow/tfjs-core";
export { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
