// Tensors as a file: a line of JSON, then the bytes.

/** @typedef {import("../types.js").Tensors} Tensors */

/** @type {Record<string, (buffer: ArrayBuffer) => import("../types.js").Data>} */
const VIEWS = {
  float32: (buffer) => new Float32Array(buffer),
  int64: (buffer) => new BigInt64Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  bool: (buffer) => new Uint8Array(buffer),
};

/**
 * @param {Tensors} tensors
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function encode(tensors) {
  const entries = Object.entries(tensors);
  const head = entries.map(([name, { dtype, shape, data }]) => ({ name, dtype, shape, bytes: data.byteLength }));
  const parts = [new TextEncoder().encode(`${JSON.stringify(head)}\n`)];
  for (const [, { data }] of entries) parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice());
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Tensors}
 */
export function decode(bytes) {
  const line = bytes.indexOf(0x0a);
  /** @type {{ name: string, dtype: string, shape: number[], bytes: number }[]} */
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, line)));
  /** @type {Tensors} */
  const tensors = {};
  let at = line + 1;
  for (const { name, dtype, shape, bytes: length } of head) {
    tensors[name] = { dtype, shape, data: viewOf(dtype, bytes.subarray(at, at + length)) };
    at += length;
  }
  return tensors;
}

/**
 * Elements of a type, from their bytes.
 * @param {string} dtype
 * @param {Uint8Array} bytes
 * @returns {import("../types.js").Data}
 */
export function viewOf(dtype, bytes) {
  const view = VIEWS[dtype];
  if (!view) throw new Error(`there is no typed array for ${dtype}`);
  // A copy begins at an address that any element may have.
  return view(new Uint8Array(bytes).buffer);
}
