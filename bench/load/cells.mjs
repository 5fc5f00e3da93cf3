// What is asked: how many connections, how large a request, in which format.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { variable } from "../paths.mjs";

/** @typedef {import("../types.js").Cell} Cell */

export const CONNECTIONS = [1, 16, 128];
export const BATCHES = [1, 64];
/** @type {import("../types.js").Format[]} */
export const FORMATS = ["json", "binary"];

const [HEAD, SIDE] = [16, 28];
/** Elements of an image. */
export const PIXELS = SIDE * SIDE;
export const CLASSES = 10;

/** Every cell. @returns {Cell[]} */
export function allCells() {
  return BATCHES.flatMap((batch) => FORMATS.flatMap((format) => CONNECTIONS.map((connections) => ({ connections, batch, format }))));
}

/** The first test images of MNIST, as many as the largest batch. */
export async function readImages() {
  const file = await readFile(join(variable("ONNXLET_MNIST"), "data/t10k-images-idx3-ubyte"));
  return Float32Array.from(file.subarray(HEAD, HEAD + Math.max(...BATCHES) * PIXELS), (pixel) => pixel / 255);
}

/**
 * Images as JSON has them: [N, 1, 28, 28].
 * @param {Float32Array} images
 */
export function nested(images) {
  const rows = Array.from({ length: images.length / SIDE }, (_, row) => Array.from(images.subarray(row * SIDE, (row + 1) * SIDE)));
  return Array.from({ length: rows.length / SIDE }, (_, image) => [rows.slice(image * SIDE, (image + 1) * SIDE)]);
}

/** @param {Cell} cell */
export function nameOf({ connections, batch, format }) {
  return `${batch} ${batch === 1 ? "image" : "images"}, ${format}, ${connections} ${connections === 1 ? "connection" : "connections"}`;
}
