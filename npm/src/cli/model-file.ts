import { readFile } from "node:fs/promises";
import { NotOnnx, type OnnxModel, readOnnx } from "../onnx/model.js";
import { WireError } from "../onnx/wire.js";
import { Failure } from "./failure.js";
import { withWeights } from "./weight-files.js";

/** An ONNX file. */
export interface ModelFile {
  path: string;
  bytes: Uint8Array;
  onnx: OnnxModel;
}

/** Reads an ONNX file, and refuses one that is broken or incomplete. */
export async function readModel(path: string): Promise<ModelFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(error.code === "EISDIR" ? `${path}: expected a file, got a folder` : `${path}: ${error.message}`);
  });
  const onnx = parsed(path, bytes);
  const outside = onnx.weights.some(({ external }) => external !== undefined);
  if (!outside) return { path, bytes, onnx };
  const whole = withWeights(path, bytes);
  return { path, bytes: whole, onnx: parsed(path, whole) };
}

function parsed(path: string, bytes: Uint8Array): OnnxModel {
  if (bytes.length === 0) throw new Failure(`${path}: expected an ONNX model, got an empty file`);
  const pointer = "version https://git-lfs";
  if (Buffer.from(bytes.subarray(0, pointer.length)).toString() === pointer) {
    throw new Failure(`${path}: expected an ONNX model, got a pointer of Git LFS; run \`git lfs pull\` to get the model`);
  }
  try {
    return readOnnx(bytes);
  } catch (error) {
    if (error instanceof WireError && error.truncated && beginsAsOnnx(bytes)) {
      throw new Failure(`${path}: the ONNX model is truncated at ${bytes.length} bytes: ${error.message}`);
    }
    if (error instanceof WireError || error instanceof NotOnnx) {
      throw new Failure(`${path}: expected an ONNX model, got a file that begins with ${beginning(bytes)}`);
    }
    throw error;
  }
}

/** Every writer puts the version of the format first: field 1, a small number. */
function beginsAsOnnx(bytes: Uint8Array): boolean {
  return bytes[0] === 0x08 && (bytes[1] ?? 0) > 0 && (bytes[1] ?? 0) < 0x20;
}

function beginning(bytes: Uint8Array): string {
  const first = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  return JSON.stringify(first.replace(/[^\x20-\x7e]/g, "."));
}
