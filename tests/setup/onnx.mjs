// Writes small ONNX models, where a test needs one that no folder of models/ holds.
// The format is protobuf; the field numbers are those of onnx.proto3.

/** Numbers of element types, as `onnx.TensorProto.DataType` has them. */
export const DTYPES = {
  float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, float64: 11,
  uint32: 12, uint64: 13,
};

/** @typedef {keyof typeof DTYPES} Dtype */

/**
 * A model whose only output is its only input.
 * @param {string} input
 * @param {(number | string)[]} shape sizes, or symbols' names
 * @param {Dtype} [dtype]
 * @returns {Uint8Array}
 */
export function identity(input, shape, dtype = "float32") {
  const output = "same";
  const node = message([field(1, text(input)), field(2, text(output)), field(4, text("Identity"))]);
  const graph = message([
    field(1, node),
    field(2, text("identity")),
    field(11, valueInfo(input, shape, dtype)),
    field(12, valueInfo(output, shape, dtype)),
  ]);
  const opset = message([number(2, 17)]);
  return Uint8Array.from(message([number(1, 8), field(7, graph), field(8, opset)]));
}

/**
 * @param {string} name
 * @param {(number | string)[]} shape
 * @param {Dtype} dtype
 */
function valueInfo(name, shape, dtype) {
  const dimension = (/** @type {number | string} */ size) => (typeof size === "string" ? field(2, text(size)) : number(1, size));
  const dimensions = message(shape.map((size) => field(1, dimension(size))));
  const tensor = message([number(1, DTYPES[dtype]), field(2, dimensions)]);
  return message([field(1, text(name)), field(2, field(1, tensor))]);
}

/** @param {number[][]} fields */
function message(fields) {
  return fields.flat();
}

/** @param {string} value */
function text(value) {
  return [...new TextEncoder().encode(value)];
}

/**
 * A field that holds bytes: a text or a message.
 * @param {number} tag
 * @param {number[]} bytes
 */
function field(tag, bytes) {
  return [(tag << 3) | 2, ...varint(bytes.length), ...bytes];
}

/**
 * A field that holds a number.
 * @param {number} tag
 * @param {number} value
 */
function number(tag, value) {
  return [tag << 3, ...varint(value)];
}

/**
 * Seven bits a byte, the lowest first; the eighth says that there are more.
 * @param {number} value
 * @returns {number[]}
 */
function varint(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
