// What an ONNX file says of itself: enough to inspect a model and to refuse a broken file in plain words.
import { type Field, fields, varints } from "./wire.js";

/** An ONNX model, without its weights. */
export interface OnnxModel {
  irVersion: number;
  producer: string;
  /** Versions of the operator sets, by domain; the standard one is `ai.onnx`. */
  opsets: Record<string, number>;
  /** What the exporter noted. */
  metadata: Record<string, string>;
  /** Every node, those of branches and loops included. */
  nodes: OnnxNode[];
  /** Weights that the file holds or refers to. */
  weights: OnnxWeight[];
}

export interface OnnxNode {
  name: string;
  /** With its domain unless that is the standard one. */
  operator: string;
}

export interface OnnxWeight {
  name: string;
  elements: number;
  /** The file that holds it, where it isn't this one. */
  external: string | undefined;
}

/** Reads a model. Throws a `WireError` where the bytes are no message, and `NotOnnx` where it isn't a model's. */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  const model: OnnxModel = { irVersion: 0, producer: "", opsets: {}, metadata: {}, nodes: [], weights: [] };
  let graphs = 0;
  for (const { number, value } of fields(bytes)) {
    if (number === 1 && typeof value === "bigint") model.irVersion = Number(value);
    if (number === 2) model.producer = text(value) + model.producer;
    if (number === 3) model.producer += ` ${text(value)}`;
    if (number === 8) addOpset(message(value), model);
    if (number === 14) addNote(message(value), model);
    if (number === 7) {
      graphs += 1;
      addGraph(message(value), model);
    }
  }
  if (graphs !== 1 || model.irVersion === 0) throw new NotOnnx();
  return model;
}

/** A message of protocol buffers, but not of a model. */
export class NotOnnx extends Error {}

function addOpset(bytes: Uint8Array, { opsets }: OnnxModel): void {
  let domain = "";
  let version = 0;
  for (const { number, value } of fields(bytes)) {
    if (number === 1) domain = text(value);
    if (number === 2) version = Number(value);
  }
  opsets[domain || "ai.onnx"] = version;
}

function addNote(bytes: Uint8Array, { metadata }: OnnxModel): void {
  const { key, value } = entryOf(bytes);
  metadata[key] = value;
}

function addGraph(bytes: Uint8Array, model: OnnxModel): void {
  for (const { number, value } of fields(bytes)) {
    if (number === 1) addNode(message(value), model);
    if (number === 5) model.weights.push(weight(message(value)));
  }
}

function addNode(bytes: Uint8Array, model: OnnxModel): void {
  let [name, operator, domain] = ["", "", ""];
  const attributes: Uint8Array[] = [];
  for (const { number, value } of fields(bytes)) {
    if (number === 3) name = text(value);
    if (number === 4) operator = text(value);
    if (number === 5) attributes.push(message(value));
    if (number === 7) domain = text(value);
  }
  const standard = domain === "" || domain === "ai.onnx";
  model.nodes.push({ name, operator: standard ? operator : `${domain}.${operator}` });
  for (const attribute of attributes) addAttribute(attribute, { model, learnt: domain === "ai.onnx.ml" });
}

/** An attribute may hold a weight, the graphs of branches and loops, or the numbers that a classical model has learnt. */
function addAttribute(bytes: Uint8Array, { model, learnt }: { model: OnnxModel; learnt: boolean }): void {
  for (const { number, value } of fields(bytes)) {
    if (number === 7 && learnt) model.weights.push({ name: "", elements: message(value).length / 4, external: undefined });
    if (number === 5 && value instanceof Uint8Array) model.weights.push(weight(value));
    if ((number === 6 || number === 11) && value instanceof Uint8Array) addGraph(value, model);
  }
}

function weight(bytes: Uint8Array): OnnxWeight {
  const dims: bigint[] = [];
  let [name, location, isExternal] = ["", "", false];
  for (const { number, value } of fields(bytes)) {
    if (number === 1) dims.push(...(typeof value === "bigint" ? [value] : varints(value)));
    if (number === 8) name = text(value);
    if (number === 13) location ||= locationIn(entryOf(message(value)));
    if (number === 14) isExternal = value === 1n;
  }
  const elements = Number(dims.reduce((product, size) => product * size, 1n));
  return { name, elements, external: isExternal ? location : undefined };
}

interface Entry {
  key: string;
  value: string;
}

function entryOf(bytes: Uint8Array): Entry {
  const entry: Entry = { key: "", value: "" };
  for (const { number, value } of fields(bytes)) {
    if (number === 1) entry.key = text(value);
    if (number === 2) entry.value = text(value);
  }
  return entry;
}

function locationIn({ key, value }: Entry): string {
  return key === "location" ? value : "";
}

function message(value: Field["value"]): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new NotOnnx();
}

function text(value: Field["value"]): string {
  return new TextDecoder().decode(message(value));
}
