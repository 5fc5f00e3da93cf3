import { crc32, deflateSync } from "node:zlib";

/** Where the seven passes of an interlaced PNG begin, and their steps: x, y, across, down. */
const PASSES = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

/**
 * A gray interlaced PNG: an encoding that no generated example has.
 * @param {number} side
 * @param {(x: number, y: number) => number} pixel
 */
export function interlaced(side, pixel) {
  /** @type {number[]} */
  const bytes = [];
  for (const [left = 0, top = 0, across = 1, down = 1] of PASSES) {
    for (let y = top; y < side && left < side; y += down) {
      bytes.push(0);
      for (let x = left; x < side; x += across) bytes.push(pixel(x, y));
    }
  }
  return png(side, 1, bytes);
}

/**
 * The same picture as everybody encodes it.
 * @param {number} side
 * @param {(x: number, y: number) => number} pixel
 */
export function straight(side, pixel) {
  const rows = Array.from({ length: side }, (_, y) => [0, ...Array.from({ length: side }, (_, x) => pixel(x, y))]);
  return png(side, 0, rows.flat());
}

/**
 * @param {number} side
 * @param {number} interlacing 1 where the bytes are those of the passes
 * @param {number[]} bytes
 */
function png(side, interlacing, bytes) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 0, 0, 0, interlacing], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.from(bytes));
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
