// What a file costs to download: as it is, and compressed as well as a web server's files can be.

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { OUT } from "./paths.mjs";

/** @typedef {import("./types.js").Bytes} Bytes */

/** Compressing takes long, so what is known stays known. */
const CACHE = join(OUT, "sizes.json");

/** Above so many bytes, which only models' weights have, brotli's best takes minutes and gains a hundredth. */
const LARGE = 16e6;
const LARGE_QUALITY = 9;

/**
 * @returns {Promise<(file: string) => Promise<Bytes>>}
 */
export async function openSizes() {
  /** @type {Record<string, Bytes>} */
  const known = JSON.parse(await readFile(CACHE, "utf8").catch(() => "{}"));
  return async (file) => {
    const bytes = await readFile(file);
    const digest = createHash("sha256").update(bytes).digest("hex");
    known[digest] ??= await compressed(bytes);
    // At once: several files are compressed at the same time.
    writeFileSync(CACHE, JSON.stringify(known));
    return known[digest];
  };
}

/**
 * @param {Buffer} bytes
 * @returns {Promise<Bytes>}
 */
async function compressed(bytes) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: bytes.length > LARGE ? LARGE_QUALITY : constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const [zipped, brotli] = await Promise.all([
    promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
    promisify(brotliCompress)(bytes, { params }),
  ]);
  return { raw: bytes.length, gzip: zipped.length, brotli: brotli.length };
}

/**
 * @param {Bytes[]} all
 * @returns {Bytes}
 */
export function total(all) {
  const sum = (/** @type {keyof Bytes} */ key) => all.reduce((before, bytes) => before + bytes[key], 0);
  return { raw: sum("raw"), gzip: sum("gzip"), brotli: sum("brotli") };
}
