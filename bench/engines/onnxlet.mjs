// A package that `onnxlet build` made, as its users import it.

/** @type {import("../types.js").Adapter["start"]} */
export async function start(host, engine) {
  const { load } = await import(host.name === "node" ? "./package/node.js" : "./package/browser.js");
  const model = await load({ simd: engine === "onnxlet-relaxed" ? "relaxed" : "baseline" });
  return async (inputs) => (await model.predict(inputs)).outputs;
}
