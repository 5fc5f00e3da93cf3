// A package that `onnxlet build` made, on one thread or several.

/** @type {Record<string, object>} */
const LOADS = {
  "onnxlet-here": {},
  "onnxlet-thread": { offThread: true },
  // Split whether or not the package says that it may be: the outputs are compared.
  "onnxlet-pool": { threads: 2, splitBatch: true },
};

/** @type {import("../types.js").Adapter["start"]} */
export async function start(host, engine) {
  const { load } = await import(host.name === "node" ? "./package/node.js" : "./package/browser.js");
  const model = await load({ ...LOADS[engine] });
  return async (inputs) => (await model.predict(inputs)).outputs;
}
