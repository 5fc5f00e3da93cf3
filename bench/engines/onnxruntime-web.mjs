// onnxruntime-web's WebAssembly build: on one thread, or on two, and with its graph as it is written, where that is asked for.

/** @type {import("../types.js").Adapter["start"]} */
export async function start(host, engine) {
  // Fetched while the engine is.
  const onnx = host.read(new URL("model.onnx", import.meta.url));
  /** @type {typeof import("onnxruntime-web/wasm")} */
  // @ts-ignore: the file lies beside this one only where it is measured
  const { env, InferenceSession, Tensor } = await import("./ort.wasm.bundle.min.mjs");
  env.wasm.numThreads = engine === "onnxruntime-web-2" ? 2 : 1;
  const graphOptimizationLevel = engine === "onnxruntime-web-as-written" ? "disabled" : "all";
  const session = await InferenceSession.create(await onnx, { graphOptimizationLevel });
  return async (inputs) => {
    /** @type {Record<string, InstanceType<typeof Tensor>>} */
    const feeds = {};
    for (const [name, { dtype, shape, data }] of Object.entries(inputs)) {
      feeds[name] = new Tensor(/** @type {any} */ (dtype), /** @type {any} */ (data), shape);
    }
    /** @type {import("../types.js").Tensors} */
    const outputs = {};
    for (const [name, { type, dims, data }] of Object.entries(await session.run(feeds))) {
      outputs[name] = { dtype: type, shape: [...dims], data: /** @type {any} */ (data) };
    }
    return outputs;
  };
}
