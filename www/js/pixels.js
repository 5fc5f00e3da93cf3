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
 * Whether a picture is dark on light, judged by its outermost pixels.
 * @param {ImageBitmap} bitmap
 */
export function hasLightBorder(bitmap) {
  const { data, width, height } = pixelsOf(bitmap, 64);
  let [sum, count] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1)) {
      const at = (y * width + x) * 4;
      // Green stands for brightness; what is transparent shows white paper.
      sum += (data[at + 3] ?? 0) < 128 ? 255 : (data[at + 1] ?? 0);
      count += 1;
    }
  }
  return sum / count > 127.5;
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
