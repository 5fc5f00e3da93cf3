// TensorFlow.js on its WebAssembly backend, on one thread.

/** @type {import("../types.js").Adapter["start"]} */
export async function start(host) {
  const files = ["model.json", "weights.bin"].map((file) => host.read(new URL(file, import.meta.url)));
  /** @type {typeof import("../tfjs/entry.mjs")} */
  const tf = await import(host.name === "node" ? "./tfjs.node.cjs" : "./tfjs.js");
  const folder = new URL(".", import.meta.url);
  tf.setWasmPaths(host.name === "node" ? decodeURIComponent(folder.pathname) : folder.href);
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly backend could not be started");
  const [json, weights] = await Promise.all(files);
  if (!json || !weights) throw new Error("there is no model");
  const { modelTopology, weightSpecs } = JSON.parse(new TextDecoder().decode(json));
  const weightData = weights.slice().buffer;
  const model = await tf.loadGraphModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
  return async (inputs) => {
    const given = Object.entries(inputs).map(([name, { dtype, shape, data }]) => {
      return [name, tf.tensor(/** @type {any} */ (data), shape, /** @type {any} */ (dtype))];
    });
    const feeds = Object.fromEntries(given);
    const names = model.outputNodes;
    const results = [await model.executeAsync(feeds, names)].flat();
    /** @type {import("../types.js").Tensors} */
    const outputs = {};
    for (const [index, result] of results.entries()) {
      const { dtype, shape } = result;
      outputs[names[index] ?? ""] = { dtype, shape, data: /** @type {any} */ (await result.data()) };
      result.dispose();
    }
    for (const tensor of Object.values(feeds)) tensor.dispose();
    return outputs;
  };
}
