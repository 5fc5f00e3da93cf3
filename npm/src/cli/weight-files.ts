import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { type Place, wholeModel } from "../onnx/whole.js";
import { Failure } from "./failure.js";

/** The model at `path` with the weights that lie in files beside it. A model's own word never leads out of its folder. */
export function withWeights(path: string, bytes: Uint8Array): Uint8Array {
  const files = new Map<string, Uint8Array>();
  const file = (location: string) => {
    let weights = files.get(location);
    if (!weights) files.set(location, (weights = readBeside(path, location)));
    return weights;
  };
  return wholeModel(bytes, (place) => part(path, file(place.location), place));
}

function readBeside(path: string, location: string): Uint8Array {
  const inside = normalize(location);
  if (location === "" || isAbsolute(inside) || inside.startsWith("..")) {
    throw new Failure(`${path}: expected its weights in files beside it, got the place ${JSON.stringify(location)}`);
  }
  try {
    return readFileSync(join(dirname(path), inside));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(`${path}: its weights are in another file, ${JSON.stringify(location)}, which can't be read: ${reason}
Put that file beside the model, or save both as one, in Python: onnx.save_model(onnx.load(${JSON.stringify(path)}), "whole.onnx")`);
  }
}

function part(path: string, file: Uint8Array, { location, offset, length = file.length - offset }: Place): Uint8Array {
  if (offset >= 0 && length >= 0 && offset + length <= file.length) return file.subarray(offset, offset + length);
  const wanted = `${length} bytes from ${offset} on`;
  throw new Failure(`${path}: expected ${wanted} in ${JSON.stringify(location)}, got a file of ${file.length} bytes`);
}
