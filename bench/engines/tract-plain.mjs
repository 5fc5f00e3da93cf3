// tract without a baker.

const DTYPES = new Map([
  ["Float32Array", "float32"],
  ["BigInt64Array", "int64"],
  ["Int32Array", "int32"],
  ["Uint8Array", "uint8"],
]);

/** @type {import("../types.js").Adapter["start"]} */
export async function start(host, _engine, wanted) {
  // Fetched while the engine is.
  const onnx = host.read(new URL("model.onnx", import.meta.url));
  // @ts-ignore: the file lies beside this one only where it is measured
  const { default: init, Model } = await import("./tract.js");
  const wasm = new URL("tract_bg.wasm", import.meta.url);
  // Node's `fetch` reads no files.
  await init({ module_or_path: host.name === "node" ? await host.read(wasm) : wasm });
  const names = Object.keys(wanted);
  const shapes = Object.values(wanted).map(({ shape }) => Uint32Array.from(shape));
  const model = new Model(await onnx, names, shapes);
  /** @type {string[]} */
  const outputNames = model.outputs;
  return async (inputs) => {
    /** @type {[number[], import("../types.js").Data][]} */
    const results = model.predict(names.map((name) => inputs[name]?.data));
    return Object.fromEntries(
      results.map(([shape, data], index) => {
        const dtype = DTYPES.get(data.constructor.name) ?? data.constructor.name;
        return [outputNames[index], { dtype, shape, data }];
      }),
    );
  };
}
