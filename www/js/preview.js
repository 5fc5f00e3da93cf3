// What the model sees, for display: the card's image recipe followed roughly. The engine's own tensor is what counts.
import { resample } from "./resample.js";

/**
 * @typedef {import("./resample.js").Grey} Grey
 * @typedef {import("./types.js").CardImage} CardImage
 * @typedef {{ data: Uint8ClampedArray, width: number, height: number }} Pixels
 */

/** How much a pixel must differ from the background to count as ink, of 255. */
const INK = 24;

/**
 * @param {Pixels} pixels
 * @param {CardImage} image
 * @returns {Float32Array} `image.height` rows of `image.width` values in 0..1, 1 being ink
 */
export function toInputPixels(pixels, image) {
  const grey = inkOnBlack(greyOf(pixels));
  const { width, height } = image;
  const framed = grey.width === width && grey.height === height ? grey : frame(grey, image);
  return framed.values.map((value) => value / 255);
}

/**
 * @param {CanvasRenderingContext2D} context of a canvas of exactly the image's size
 * @param {Float32Array} values
 */
export function paintInput(context, values) {
  const { width, height } = context.canvas;
  const pixels = context.createImageData(width, height);
  values.forEach((value, index) => pixels.data.set([value * 255, value * 255, value * 255, 255], index * 4));
  context.putImageData(pixels, 0, 0);
}

/**
 * @param {Pixels} pixels
 * @returns {Grey} over white
 */
function greyOf({ data, width, height }) {
  const values = new Float32Array(width * height);
  for (let index = 0; index < values.length; index++) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(index * 4, index * 4 + 4);
    const share = alpha / 255;
    values[index] = (0.299 * red + 0.587 * green + 0.114 * blue) * share + 255 * (1 - share);
  }
  return { values, width, height };
}

/**
 * Inverts a picture whose border is light.
 * @param {Grey} grey
 */
function inkOnBlack(grey) {
  const { values, width, height } = grey;
  let border = 0;
  let count = 0;
  values.forEach((value, index) => {
    const [x, y] = [index % width, Math.floor(index / width)];
    if (x > 0 && y > 0 && x < width - 1 && y < height - 1) return;
    border += value;
    count += 1;
  });
  return border / count > 127.5 ? { ...grey, values: values.map((value) => 255 - value) } : grey;
}

/**
 * Crops to the ink, fits it into the card's box, and places its centre of mass in the middle.
 * @param {Grey} grey
 * @param {CardImage} image
 * @returns {Grey}
 */
function frame(grey, { width, height, frame }) {
  const placed = { values: new Float32Array(width * height), width, height };
  const ink = crop(grey);
  if (!ink) return placed;
  const scale = (frame?.content ?? Math.min(width, height)) / Math.max(ink.width, ink.height);
  const small = resample(ink, Math.max(1, Math.round(ink.width * scale)), Math.max(1, Math.round(ink.height * scale)));
  const centre = frame?.center === "mass" ? centreOfMass(small) : { x: (small.width - 1) / 2, y: (small.height - 1) / 2 };
  const left = within(Math.round((width - 1) / 2 - centre.x), width - small.width);
  const top = within(Math.round((height - 1) / 2 - centre.y), height - small.height);
  for (let y = 0; y < small.height; y++) {
    placed.values.set(small.values.subarray(y * small.width, (y + 1) * small.width), (y + top) * width + left);
  }
  return placed;
}

/**
 * @param {Grey} grey
 * @returns {Grey | undefined} nothing where there is no ink
 */
function crop({ values, width, height }) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  values.forEach((value, index) => {
    if (value < INK) return;
    const [x, y] = [index % width, Math.floor(index / width)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  });
  if (right < 0) return undefined;
  const cropped = { values: new Float32Array((right - left + 1) * (bottom - top + 1)), width: right - left + 1, height: bottom - top + 1 };
  for (let y = top; y <= bottom; y++) {
    cropped.values.set(values.subarray(y * width + left, y * width + right + 1), (y - top) * cropped.width);
  }
  return cropped;
}

/** @param {Grey} grey */
function centreOfMass({ values, width }) {
  let [mass, x, y] = [0, 0, 0];
  values.forEach((value, index) => {
    mass += value;
    x += value * (index % width);
    y += value * Math.floor(index / width);
  });
  return { x: x / mass, y: y / mass };
}

/**
 * @param {number} offset
 * @param {number} room
 */
function within(offset, room) {
  return Math.min(room, Math.max(0, offset));
}
