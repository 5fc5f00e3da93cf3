// Serves the built site as plain files, without the Worker: what a static host does. Files can be replaced while it runs.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { TARGET } from "../../setup/paths.mjs";

/** @type {Readonly<Record<string, string>>} */
const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/**
 * @param {import("node:test").TestContext} t the server ends with it
 * @returns {Promise<{ url: string, replaced: Map<string, string> }>} `replaced` holds texts to serve instead of files
 */
export async function serveSite(t) {
  /** @type {Map<string, string>} */
  const replaced = new Map();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const path = normalize(pathname).replace(/^\//, "") || "index.html";
    try {
      const body = replaced.get(path) ?? (await readFile(join(TARGET, "site", path)));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "cache-control": "no-cache" });
      response.end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not found</h1>");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the server has no port");
  return { url: `http://127.0.0.1:${address.port}/`, replaced };
}
