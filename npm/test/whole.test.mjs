// Weights in files of their own: the digits model with its weights taken out, and put back.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { readOnnx } from "../dist/onnx/model.js";
import { wholeModel } from "../dist/onnx/whole.js";
import { bytesField, fields } from "../dist/onnx/wire.js";

const digits = await readFile(new URL("../../models/digits/model.onnx", import.meta.url));

/** @param {number} number @param {string} text */
const textField = (number, text) => bytesField(number, [Buffer.from(text)]);

/** The weights' raw bytes, by name. @param {Uint8Array} model */
function weights(model) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const { number, value } of fields(model)) {
    if (number !== 7 || !(value instanceof Uint8Array)) continue;
    for (const initializer of fields(value)) {
      if (initializer.number !== 5 || !(initializer.value instanceof Uint8Array)) continue;
      let [name, data] = ["", ""];
      for (const field of fields(initializer.value)) {
        if (field.number === 8 && field.value instanceof Uint8Array) name = Buffer.from(field.value).toString();
        if (field.number === 9 && field.value instanceof Uint8Array) data = Buffer.from(field.value).toString("hex");
      }
      found[name] = data;
    }
  }
  return found;
}

/** The model with each weight's bytes in one file, and that file. @param {Uint8Array} model */
function takenOut(model) {
  /** @type {Uint8Array[]} */
  const file = [];
  let offset = 0;
  /** @param {Uint8Array} tensor */
  const outside = (tensor) => {
    /** @type {Uint8Array[]} */
    const parts = [];
    for (const { number, value, whole } of fields(tensor)) {
      if (number !== 9 || !(value instanceof Uint8Array)) {
        parts.push(whole);
        continue;
      }
      file.push(value);
      for (const [key, text] of [["location", "w.bin"], ["offset", String(offset)], ["length", String(value.length)]]) {
        parts.push(...bytesField(13, [...textField(1, key ?? ""), ...textField(2, text ?? "")]));
      }
      offset += value.length;
      parts.push(Uint8Array.of(14 * 8, 1));
    }
    return parts;
  };
  const graph = (/** @type {Uint8Array} */ bytes) =>
    [...fields(bytes)].flatMap(({ number, value, whole }) =>
      number === 5 && value instanceof Uint8Array ? bytesField(5, outside(value)) : [whole]);
  const parts = [...fields(model)].flatMap(({ number, value, whole }) =>
    number === 7 && value instanceof Uint8Array ? bytesField(7, graph(value)) : [whole]);
  return { model: Buffer.concat(parts), file: Buffer.concat(file) };
}

test("weights beside the model are put into it, byte for byte", () => {
  const { model, file } = takenOut(digits);
  assert.ok(file.length > 10_000, String(file.length));
  assert.ok(model.length < digits.length - file.length + 2000);
  assert.ok(readOnnx(model).weights.some(({ external }) => external === "w.bin"));
  const whole = wholeModel(model, ({ location, offset, length }) => {
    assert.equal(location, "w.bin");
    return file.subarray(offset, offset + (length ?? 0));
  });
  assert.deepEqual(weights(whole), weights(digits));
  assert.deepEqual(readOnnx(whole), readOnnx(digits));
});

test("a model without such weights stays as it is", () => {
  const same = wholeModel(digits, () => assert.fail("nothing is outside"));
  assert.ok(Buffer.from(same).equals(digits));
});
