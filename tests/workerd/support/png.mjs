// PNGs that lie about themselves.
import { crc32 } from "node:zlib";

/**
 * `png` with a header that claims another size; the checksum is right.
 * @param {Buffer} png
 * @param {number} width
 * @param {number} height
 */
export function claiming(png, width, height) {
  const forged = Buffer.from(png);
  forged.writeUInt32BE(width, 16);
  forged.writeUInt32BE(height, 20);
  forged.writeUInt32BE(crc32(forged.subarray(12, 29)), 29);
  return forged;
}

/**
 * `png` with its second half overwritten.
 * @param {Buffer} png
 */
export function damaged(png) {
  const damaged = Buffer.from(png);
  damaged.fill(0, png.length >> 1);
  return damaged;
}
