// The MNIST test images and what onnxruntime says about them, as tests/reference/ made them.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { REFERENCE } from "./paths.mjs";

export const COUNT = 10_000;
export const PIXELS = 28 * 28;
export const CLASSES = 10;

/** Every image: `pixels` in 0..255, and the digit that it shows. */
export async function readImages() {
  const pixels = await readFile(join(REFERENCE, "mnist", "images.u8"));
  const labels = await readFile(join(REFERENCE, "mnist", "labels.u8"));
  if (pixels.length !== COUNT * PIXELS || labels.length !== COUNT) {
    throw new Error(`expected ${COUNT} images with labels, got ${pixels.length} pixels and ${labels.length} labels`);
  }
  return { pixels, labels };
}

/**
 * The sample of 500 images as PNG files.
 * @returns {Promise<{ index: number, label: number, png: Buffer<ArrayBuffer> }[]>}
 */
export async function readSample() {
  const folder = join(REFERENCE, "mnist");
  /** @type {{ file: string, index: number, label: number }[]} */
  const sample = JSON.parse(await readFile(join(folder, "sample.json"), "utf8"));
  return Promise.all(sample.map(async ({ file, index, label }) => ({ index, label, png: await readFile(join(folder, file)) })));
}

/**
 * The class of each example: where its probability is largest.
 * @param {Float32Array} probs one row of ten an example
 */
export function classes(probs) {
  return Array.from({ length: probs.length / CLASSES }, (_, row) => {
    const scores = probs.subarray(row * CLASSES, (row + 1) * CLASSES);
    return scores.indexOf(Math.max(...scores));
  });
}

/**
 * The share of examples whose class is the true one.
 * @param {number[]} found
 * @param {ArrayLike<number>} truth
 */
export function accuracy(found, truth) {
  return found.filter((digit, row) => digit === truth[row]).length / found.length;
}
