// Chromium: a fresh page in a fresh context for every sample, which has its own process and caches.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { ARGUMENTS } from "../../tests/setup/chromium-arguments.mjs";
import { decode } from "../harness/tensors.mjs";

const HARNESS = fileURLToPath(new URL("../harness", import.meta.url));

/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/**
 * @param {string} site
 * @param {string} program
 * @returns {Promise<import("./hosts.mjs").OpenHost>}
 */
export async function openChromium(site, program) {
  const server = await serve(site);
  const browser = await chromium.launch({ executablePath: program, headless: true, args: ARGUMENTS });
  /** @type {import("./hosts.mjs").OpenHost["measure"]} */
  const measure = async (request, limit) => {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(`${server.origin}/`);
      const { outputs, ...sample } = await within(limit, page.evaluate(inPage, request));
      return { ...sample, ...(outputs && { outputs: decode(Buffer.from(outputs, "base64")) }) };
    } finally {
      await context.close();
    }
  };
  return {
    measure,
    async audit(request, limit) {
      server.asked.clear();
      const sample = await measure(request, limit);
      const folder = `/site/${request.model}/${request.engine}/`;
      const files = [...server.asked].filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length));
      return { ...sample, files: files.filter((file) => file !== "adapter.mjs") };
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/**
 * Runs in the page.
 * @param {import("../types.js").Request} request
 */
async function inPage(request) {
  const { sample, decode, encode } = /** @type {any} */ (window).harness;
  /** @type {import("../types.js").Host["read"]} */
  const read = async (file) => {
    const response = await fetch(file);
    if (!response.ok) throw new Error(`${file}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
  const folder = new URL(`/site/${request.model}/`, location.href);
  const inputs = decode(await read(new URL("inputs", folder)));
  const adapter = new URL(`${request.engine}/adapter.mjs`, folder).href;
  const { outputs, ...times } = await sample(adapter, { name: "chromium", read }, request, inputs);
  return { ...times, ...(outputs && { outputs: /** @type {string} */ (base64(encode(outputs))) }) };

  /** @param {Uint8Array} bytes */
  function base64(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
    return btoa(text);
  }
}

/**
 * @template T
 * @param {number} limit in milliseconds
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
async function within(limit, work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limit / 1000} s`)), limit);
  });
  try {
    return /** @type {T} */ (await Promise.race([work, late]));
  } finally {
    clearTimeout(timer);
  }
}

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>bench</title>
<script type="module">
  import { sample } from "/harness/sample.mjs";
  import { decode, encode } from "/harness/tensors.mjs";
  window.harness = { sample, decode, encode };
</script>
`;

/**
 * Serves site and harness from memory, uncompressed, as a page that may have fine clocks.
 * @param {string} site
 */
async function serve(site) {
  /** @type {Map<string, Buffer>} */
  const held = new Map([["/", Buffer.from(PAGE)]]);
  /** @type {Set<string>} */
  const asked = new Set();
  const roots = new Map([["site", site], ["harness", HARNESS]]);
  /** @param {string} path */
  const find = async (path) => {
    const [, first = "", ...rest] = path.split("/");
    const root = roots.get(first);
    const file = root && normalize(join(root, ...rest));
    return file?.startsWith(root + sep) ? readFile(file).catch(() => undefined) : undefined;
  };
  const server = createServer(async ({ url = "/" }, response) => {
    const path = decodeURIComponent(new URL(url, "http://localhost").pathname);
    asked.add(path);
    const bytes = held.get(path) ?? (await find(path));
    if (!bytes) return void response.writeHead(404).end();
    held.set(path, bytes);
    response.writeHead(200, {
      "content-type": path === "/" ? TYPES[".html"] : TYPES[extname(path)] ?? "application/octet-stream",
      "content-length": bytes.length,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    });
    response.end(bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the server has no address");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    asked,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
