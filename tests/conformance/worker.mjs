// A thread that runs one case after another in one engine, and answers each with its outcome.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { readTensor } from "./cases.mjs";
import { difference } from "./compare.mjs";

/** @typedef {import("./cases.mjs").Case} Case */
/** @typedef {import("./cases.mjs").Tensor} Tensor */
/**
 * Loads a model and answers each set of inputs. Throws an `OnnxletError` or a plain `Error` for what it refuses.
 * @typedef {(onnx: Uint8Array, sets: Tensor[][]) => Promise<Tensor[][]>} Engine
 */
/** @typedef {"pass" | "wrong" | "refused" | "trapped" | "not_tensor"} Status */
/** @typedef {{ status: Status, reason?: string }} Outcome */

const { adapter, setting, folder } = workerData;
const engine = await /** @type {Promise<Engine>} */ ((await import(adapter)).start(setting));

parentPort?.on("message", async (/** @type {Case} */ chosen) => parentPort?.postMessage(await outcome(chosen)));

/**
 * @param {Case} chosen
 * @returns {Promise<Outcome>}
 */
async function outcome({ model = "", sets = [] }) {
  // A file that can't be read is a fault of the run, not of the engine: it ends the thread.
  const onnx = new Uint8Array(await readFile(join(folder, model)));
  const tensors = (/** @type {import("./cases.mjs").Stored[]} */ stored) =>
    Promise.all(stored.map((each) => readTensor(folder, each)));
  const inputs = await Promise.all(sets.map((set) => tensors(set.inputs)));
  const expected = await Promise.all(sets.map((set) => tensors(set.outputs)));
  try {
    const answers = await engine(onnx, inputs);
    for (const [index, wanted] of expected.entries()) {
      const given = new Map(answers[index]?.map((tensor) => [tensor.name, tensor]));
      for (const want of wanted) {
        const reason = difference(want, given.get(want.name));
        if (reason) return { status: "wrong", reason };
      }
    }
    return { status: "pass" };
  } catch (error) {
    return { status: isTrap(error) ? "trapped" : "refused", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** @param {unknown} error */
function isTrap(error) {
  const abort = error instanceof Error && /Aborted\(|out of memory/i.test(error.message);
  return abort || error instanceof WebAssembly.RuntimeError || error instanceof RangeError || /** @type {any} */ (error)?.name === "Trap";
}
