// Weights that lie in files of their own, put into the model: what PyTorch's exporter writes beside it.
import { bytesField, fields } from "./wire.js";

/** Where a weight's bytes are. */
export interface Place {
  /** As the model says it: relative to the model's folder. */
  location: string;
  offset: number;
  /** To the file's end where it isn't said. */
  length: number | undefined;
}

/** The fields of a message that may hold weights somewhere within, by the kind of message. */
const WITHIN: Record<string, Record<number, string>> = {
  model: { 7: "graph", 25: "function" },
  function: { 7: "node" },
  graph: { 1: "node", 5: "tensor" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph" },
};

/** The model with every weight inside. `read` gives the bytes of a place. */
export function wholeModel(bytes: Uint8Array, read: (place: Place) => Uint8Array): Uint8Array {
  const parts = rewritten("model", bytes, read);
  const model = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    model.set(part, at);
    at += part.length;
  }
  return model;
}

function rewritten(kind: string, bytes: Uint8Array, read: (place: Place) => Uint8Array): Uint8Array[] {
  if (kind === "tensor") return tensor(bytes, read);
  const parts: Uint8Array[] = [];
  for (const { number, value, whole } of fields(bytes)) {
    const inner = WITHIN[kind]?.[number];
    if (inner !== undefined && value instanceof Uint8Array) parts.push(...bytesField(number, rewritten(inner, value, read)));
    else parts.push(whole);
  }
  return parts;
}

/** Fields of onnx.TensorProto. */
const [RAW_DATA, EXTERNAL_DATA, DATA_LOCATION] = [9, 13, 14];

function tensor(bytes: Uint8Array, read: (place: Place) => Uint8Array): Uint8Array[] {
  const kept: Uint8Array[] = [];
  const entries: Record<string, string> = {};
  let external = false;
  for (const { number, value, whole } of fields(bytes)) {
    if (number === DATA_LOCATION) external = value === 1n;
    else if (number === EXTERNAL_DATA && value instanceof Uint8Array) Object.assign(entries, entry(value));
    else kept.push(whole);
  }
  if (!external) return [bytes];
  const { location = "", offset, length } = entries;
  const place = { location, offset: Number(offset ?? 0), length: length === undefined ? undefined : Number(length) };
  return [...kept, ...bytesField(RAW_DATA, [read(place)])];
}

function entry(bytes: Uint8Array): Record<string, string> {
  let [key, text] = ["", ""];
  for (const { number, value } of fields(bytes)) {
    if (number === 1 && value instanceof Uint8Array) key = new TextDecoder().decode(value);
    if (number === 2 && value instanceof Uint8Array) text = new TextDecoder().decode(value);
  }
  return { [key]: text };
}
