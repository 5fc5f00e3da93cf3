// Answers kept in Cloudflare's cache, so that another isolate of the same data centre need not predict them again.

/** @typedef {import("./engine.js").Env} Env */
/** @typedef {import("./running.js").Running} Running */

/**
 * Where a request may be answered from: what the cache has goes into the engine's memory before it is asked.
 * @param {Running} running
 * @param {Request} request
 * @param {Env} env
 * @param {Uint8Array} body
 * @returns {Promise<string | undefined>} the URL in the cache at which the answer is still missing
 */
export async function fetchKept(running, request, env, body) {
  const cache = globalThis.caches?.default;
  if (!cache || !running.call((engine) => engine.looksAtEdge(env), nothing)) return undefined;
  const url = running.call((engine) => engine.edgeKey(request, env, body), nothing);
  if (url === undefined) return undefined;
  try {
    const found = await cache.match(url);
    if (!found) return url;
    const bytes = new Uint8Array(await found.arrayBuffer());
    running.call((engine) => engine.keep(request, env, url, found, bytes), nothing);
  } catch (error) {
    tell("cache unreadable", error);
  }
  return undefined;
}

/**
 * Puts an answer into the cache, after it was sent.
 * @param {Running} running
 * @param {Env} env
 * @param {{ waitUntil(promise: Promise<unknown>): void }} context
 * @param {string} url
 */
export function sendKept(running, env, context, url) {
  const kept = running.call((engine) => engine.kept(env, url), nothing);
  const put = kept && globalThis.caches?.default?.put(url, kept);
  if (put) context.waitUntil(put.catch((error) => tell("cache not written", error)));
}

/** A trap here costs no answer: the request is answered without the cache. */
function nothing() {
  return undefined;
}

/**
 * @param {string} message
 * @param {unknown} error
 */
function tell(message, error) {
  console.log(JSON.stringify({ level: "warn", message, error: String(error) }));
}
