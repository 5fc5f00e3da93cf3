// rten with its own door to JavaScript.

/** @typedef {{ shape(): Uint32Array, floatData(): Float32Array?, intData(): Int32Array?, free(): void }} RtenTensor */

/** @type {import("../types.js").Adapter["start"]} */
export async function start(host, _engine, wanted) {
  // Fetched while the engine is.
  const onnx = host.read(new URL("model.onnx", import.meta.url));
  // @ts-ignore: the file lies beside this one only where it is measured
  const { default: init, Model, Tensor } = await import("./rten.js");
  const wasm = new URL("rten_bg.wasm", import.meta.url);
  // Node's `fetch` reads no files.
  await init({ module_or_path: host.name === "node" ? await host.read(wasm) : wasm });
  const model = new Model(await onnx);
  const names = Object.keys(wanted);
  const inputIds = Uint32Array.from(names, (name) => model.findNode(name));
  const outputIds = model.outputIds();
  const outputNames = Array.from(outputIds, (id) => model.nodeInfo(id).name());
  return async (inputs) => {
    const given = names.map((name) => tensorOf(Tensor, name, /** @type {any} */ (inputs[name])));
    /** @type {RtenTensor[]} */
    const results = model.run(inputIds, given, outputIds);
    /** @type {import("../types.js").Tensors} */
    const outputs = {};
    results.forEach((result, index) => {
      const floats = result.floatData();
      const data = floats ?? result.intData();
      if (!data) throw new Error(`rten's wasm_api can't read the output ${outputNames[index]}: neither float nor int32`);
      outputs[outputNames[index]] = { dtype: floats ? "float32" : "int32", shape: [...result.shape()], data };
      result.free();
    });
    return outputs;
  };
}

/**
 * rten has int32 where ONNX has int64.
 * @param {any} Tensor
 * @param {string} name
 * @param {import("../types.js").Tensor} tensor
 */
function tensorOf(Tensor, name, { dtype, shape, data }) {
  const sizes = Uint32Array.from(shape);
  if (dtype === "float32") return Tensor.floatTensor(sizes, data);
  if (dtype === "int32") return Tensor.intTensor(sizes, data);
  if (dtype === "int64") return Tensor.intTensor(sizes, Int32Array.from(/** @type {any} */ (data), Number));
  throw new Error(`rten's wasm_api makes no ${dtype} tensor for the input ${name}`);
}
