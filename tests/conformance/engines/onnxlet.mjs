// Onnxlet's engine itself: a fresh instance of the compiled module for each case.

import { pathToFileURL } from "node:url";
import { halves, isFloat } from "../cases.mjs";

/** @typedef {import("../cases.mjs").Tensor} Tensor */
/** @typedef {{ glue: string, module: WebAssembly.Module }} Setting */

/**
 * @param {Setting} setting
 * @returns {Promise<import("../worker.mjs").Engine>}
 */
export async function start({ glue, module }) {
  const { createEngineSync } = await import(pathToFileURL(glue).href);
  /**
   * @param {Uint8Array} onnx
   * @param {Tensor[][]} sets
   * @returns {Promise<any>}
   */
  const run = async (onnx, sets, allowNan = false) => {
    const engine = createEngineSync(module);
    try {
      engine.load(onnx, card(allowNan ? (sets[0] ?? []) : []));
      return sets.map((inputs) => {
        const named = inputs.map((tensor) => [tensor.name, { data: given(tensor), shape: tensor.shape }]);
        return Object.entries(engine.predict(Object.fromEntries(named)).outputs).map(([name, output]) => ({ name, ...output }));
      });
    } catch (error) {
      const { name, message } = /** @type {any} */ (error) ?? {};
      // A card that lets NaN in makes the engine run operator by operator: only where the case has one.
      if (name === "OnnxletError" && !allowNan && message.includes("the card can say allow_nan")) return await run(onnx, sets, true);
      if (name === "OnnxletError") throw error;
      throw new Trap(engine.lastPanic() ?? String(error));
    }
  };
  return (onnx, sets) => run(onnx, sets);
}

/** What ended the instance. */
class Trap extends Error {
  name = "Trap";
}

/**
 * A card that lets NaN in.
 * @param {Tensor[]} inputs
 */
function card(inputs) {
  const floats = inputs.filter(({ dtype }) => isFloat(dtype)).map(({ name }) => [name, { allow_nan: true }]);
  return JSON.stringify({ name: "case", inputs: Object.fromEntries(floats) });
}

/**
 * A float32 holds every float16, and is narrowed to the same again.
 * @param {Tensor} tensor
 */
const given = ({ dtype, data }) => (dtype === "float16" ? halves(data) : data);
