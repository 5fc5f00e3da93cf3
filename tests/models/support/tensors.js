// Tensors as text, between the test and a page or Worker. Runs in all of them.

/**
 * Elements as base64 of their bytes; texts as they are.
 * @typedef {{ dtype: string, shape: number[], base64?: string, data?: string[] }} Written
 */

/** @type {Record<string, any>} */
const CLASSES = { float32: Float32Array, float64: Float64Array, int32: Int32Array, int64: BigInt64Array };

/** @param {Written} written @returns {{ data: any, shape: number[] }} */
export function read({ dtype, shape, base64 = "", data }) {
  if (dtype === "string") return { data, shape };
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return { data: new CLASSES[dtype](bytes.buffer), shape };
}

/** @param {{ dtype: string, shape: readonly number[], data: any }} tensor @returns {Written} */
export function write({ dtype, shape, data }) {
  if (dtype === "string") return { dtype, shape: [...shape], data };
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return { dtype, shape: [...shape], base64: btoa(text) };
}

/**
 * What a model says to inputs, and what that took.
 * @param {any} model
 * @param {Record<string, Written>} inputs
 */
export async function answer(model, inputs) {
  const tensors = Object.fromEntries(Object.entries(inputs).map(([name, written]) => [name, read(written)]));
  const begun = performance.now();
  const { outputs } = await model.predict(tensors);
  const milliseconds = performance.now() - begun;
  const written = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, write(/** @type {any} */ (tensor))]));
  return { outputs: written, milliseconds, fallbacks: model.stats.fallbacks };
}
