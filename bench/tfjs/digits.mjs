// The network of models/digits as a graph model of TensorFlow.js, with the weights of its ONNX file.

import { fields, varints } from "../../npm/dist/onnx/wire.js";

/** @typedef {{ shape: number[], data: Float32Array }} Weight */

const CONVOLUTIONS = 3;
const SIZES = { image: 28, hidden: 3, channels: 32, classes: 10 };

/**
 * @param {Uint8Array} onnx
 */
export async function digitsGraph(onnx) {
  const weights = initializers(onnx);
  /** @type {object[]} */
  const nodes = [];
  /** @type {{ name: string, shape: number[], dtype: string, bytes: Uint8Array }[]} */
  const constants = [];
  /**
   * @param {string} name
   * @param {string} op
   * @param {string[]} input
   * @param {object} [attr]
   */
  const node = (name, op, input, attr = {}) => {
    nodes.push({ name, op, input, attr: { T: FLOAT, ...attr } });
    return name;
  };
  /**
   * @param {string} name
   * @param {number[]} shape
   * @param {Float32Array | Int32Array} data
   */
  const constant = (name, shape, data) => {
    const dtype = data instanceof Float32Array ? FLOAT : INT;
    nodes.push({ name, op: "Const", input: [], attr: { dtype } });
    constants.push({ name, shape, dtype: dtype === FLOAT ? "float32" : "int32", bytes: new Uint8Array(data.buffer) });
    return name;
  };
  const open = { shape: { dim: [-1, 1, SIZES.image, SIZES.image].map((size) => ({ size: `${size}` })) } };
  nodes.push({ name: "image", op: "Placeholder", input: [], attr: { dtype: FLOAT, shape: open } });
  // With one channel, NCHW and NHWC are the same bytes.
  const shape = constant("image_shape", [4], Int32Array.of(-1, SIZES.image, SIZES.image, 1));
  let value = node("pixels", "Reshape", ["image", shape], { Tshape: INT });
  for (let layer = 1; layer <= CONVOLUTIONS; layer += 1) {
    const [kernel, bias] = [weight(weights, `w${layer}`), weight(weights, `b${layer}`)];
    const [o = 0, i = 0, h = 0, w = 0] = kernel.shape;
    const filter = constant(`w${layer}`, [h, w, i, o], permuted(kernel, [2, 3, 1, 0]));
    const added = constant(`b${layer}`, bias.shape, bias.data);
    const fused = { fused_ops: texts("BiasAdd", "Relu"), num_args: { i: "1" }, epsilon: { f: 0 } };
    const conv = { ...window(1), ...padding("SAME"), dilations: integers(1, 1, 1, 1), ...fused };
    value = node(`c${layer}`, "_FusedConv2D", [value, filter, added], conv);
    value = node(`p${layer}`, "MaxPool", [value], { ...window(2), ksize: integers(1, 2, 2, 1), ...padding("VALID") });
  }
  const { hidden, channels, classes } = SIZES;
  const flat = constant("flat_shape", [2], Int32Array.of(-1, hidden * hidden * channels));
  value = node("flat", "Reshape", [value, flat], { Tshape: INT });
  const matrix = { shape: [classes, channels, hidden, hidden], data: weight(weights, "w4").data };
  const last = constant("w4", [hidden * hidden * channels, classes], permuted(matrix, [2, 3, 1, 0]));
  const added = constant("b4", [classes], weight(weights, "b4").data);
  value = node("logits", "_FusedMatMul", [value, last, added], { fused_ops: texts("BiasAdd"), num_args: { i: "1" } });
  node("probs", "Softmax", [value]);
  const manifest = constants.map(({ name, shape: dims, dtype }) => ({ name, shape: dims, dtype }));
  return {
    topology: { format: "graph-model", modelTopology: { node: nodes, versions: { producer: 1 } }, weightSpecs: manifest },
    weights: Buffer.concat(constants.map(({ bytes }) => bytes)),
  };
}

const FLOAT = { type: "DT_FLOAT" };
const INT = { type: "DT_INT32" };

/** @param {string} text */
const base64 = (text) => Buffer.from(text).toString("base64");
/** @param {string[]} values */
const texts = (...values) => ({ list: { s: values.map(base64) } });
/** @param {number[]} values */
const integers = (...values) => ({ list: { i: values.map(String) } });
/** @param {number} stride */
const window = (stride) => ({ strides: integers(1, stride, stride, 1), data_format: { s: base64("NHWC") } });
/** @param {string} kind */
const padding = (kind) => ({ padding: { s: base64(kind) } });

/**
 * The elements with their axes in another order.
 * @param {Weight} weight
 * @param {[number, number, number, number]} axes
 */
function permuted({ shape, data }, axes) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const [a, b, c, d] = axes.map((axis) => ({ size: shape[axis] ?? 0, stride: strides[axis] ?? 0 }));
  if (!a || !b || !c || !d) throw new Error(`expected four axes, got [${shape}]`);
  const result = new Float32Array(data.length);
  let to = 0;
  for (let i = 0; i < a.size; i += 1)
    for (let j = 0; j < b.size; j += 1)
      for (let k = 0; k < c.size; k += 1)
        for (let l = 0; l < d.size; l += 1)
          result[to++] = data[i * a.stride + j * b.stride + k * c.stride + l * d.stride] ?? Number.NaN;
  return result;
}

/**
 * @param {Map<string, Weight>} weights
 * @param {string} name
 */
function weight(weights, name) {
  const found = weights.get(name);
  if (!found) throw new Error(`models/digits/model.onnx has no weight ${name}`);
  return found;
}

/**
 * The weights of an ONNX file that are float32 and stored raw, by the field numbers of onnx.proto3.
 * @param {Uint8Array} onnx
 */
function initializers(onnx) {
  /** @type {Map<string, Weight>} */
  const found = new Map();
  for (const model of messages(onnx, 7)) {
    for (const tensor of messages(model, 5)) {
      const dims = [...fields(tensor)].filter(({ number }) => number === 1);
      const shape = dims.flatMap(({ value }) => (typeof value === "bigint" ? [value] : [...varints(value)])).map(Number);
      const [name] = messages(tensor, 8);
      const [raw] = messages(tensor, 9);
      if (name && raw) found.set(new TextDecoder().decode(name), { shape, data: new Float32Array(new Uint8Array(raw).buffer) });
    }
  }
  return found;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} wanted
 */
function messages(bytes, wanted) {
  return [...fields(bytes)].flatMap(({ number, value }) => (number === wanted && value instanceof Uint8Array ? [value] : []));
}
