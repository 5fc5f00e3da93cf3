// A picture from outside: a file, a clipboard, a sample. Its bytes stay as they came; the bitmap is for the screen.

/**
 * @typedef {object} Picture
 * @property {string} name of the file
 * @property {string} type media type
 * @property {Blob} blob the encoded image
 * @property {Uint8Array} bytes the same
 * @property {ImageBitmap} bitmap
 * @property {string} paper colour to continue its border with
 * @property {string} ink colour to draw over it with
 */
import { hasLightBorder } from "./pixels.js";

const TYPES = ["image/png", "image/jpeg", "image/webp"];

/** A picture that can't be used; `message` is for the reader. */
export class PictureProblem extends Error {}

/**
 * @param {Blob} blob
 * @param {string} name
 * @returns {Promise<Picture>}
 * @throws {PictureProblem}
 */
export async function readPicture(blob, name) {
  if (!TYPES.includes(blob.type)) {
    throw new PictureProblem(`${name}: expected a PNG, JPEG or WebP image, got ${blob.type || "a file of unknown type"}.`);
  }
  const bytes = new Uint8Array(await blob.arrayBuffer());
  try {
    const bitmap = await createImageBitmap(blob);
    const [paper, ink] = hasLightBorder(bitmap) ? ["#fff", "#000"] : ["#000", "#fff"];
    return { name, type: blob.type, blob, bytes, bitmap, paper, ink };
  } catch {
    throw new PictureProblem(`${name}: this ${blob.type} file could not be decoded; it may be damaged.`);
  }
}
