import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { atEnd } from "./cleanup.mjs";

/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

/**
 * Serves a folder, as a plain web server does, until the tests of the file are over.
 * @param {string} folder
 * @param {Record<string, string>} [types] content types that differ from the usual ones
 * @returns {Promise<string>} the origin
 */
export async function serveFolder(folder, types = {}) {
  const known = { ...TYPES, ...types };
  const server = createServer(async ({ url = "/" }, response) => {
    const path = normalize(decodeURIComponent(new URL(url, "http://localhost").pathname));
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) return void response.writeHead(404).end("not found");
    const type = known[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": type, "content-length": found.size });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  atEnd(() => server.closeAllConnections());
  atEnd(() => server.close());
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the server has no address");
  return `http://127.0.0.1:${address.port}`;
}
