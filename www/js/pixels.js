// Pixels off the screen: canvases to read from, and pixels as a PNG file.

/**
 * A canvas context of this size that is made to be read, so it stays out of the graphics card.
 * @param {number} width
 * @param {number} height
 */
export function readableContext(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("page: this browser gives no 2D canvas");
  return context;
}

/**
 * @param {ImageData} pixels
 * @returns {Promise<Blob>}
 */
export function pngOf(pixels) {
  const context = readableContext(pixels.width, pixels.height);
  context.putImageData(pixels, 0, 0);
  return new Promise((resolve, reject) => {
    context.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the drawing could not be saved as PNG"))), "image/png");
  });
}

/**
 * The pixels of a bitmap, shrunk where it is larger than `most` on a side.
 * @param {ImageBitmap} bitmap
 * @param {number} most
 */
export function pixelsOf(bitmap, most) {
  const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = readableContext(width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
