// One request and what came of it.

/**
 * @typedef {object} Ask
 * @property {string} name
 * @property {string} path
 * @property {string} method
 * @property {Record<string, string>} headers
 * @property {Buffer | undefined} body
 * @property {number} expected its status
 * @property {boolean} [streamed] sent without its length
 * @property {boolean} [refusedUnread] its head alone is refused, while the body is still on its way
 */

/**
 * @typedef {object} Told
 * @property {number} status
 * @property {string} answer all of it that must be the same each time
 * @property {boolean} predicted whether the model was asked
 */

/**
 * @param {string} base
 * @param {Ask} ask
 * @param {Record<string, string>} headers besides its own
 * @returns {Promise<Told>}
 */
export async function send(base, { path, method, headers: own, body, streamed }, headers) {
  const init = { method, headers: { ...own, ...headers }, body: streamed && body ? inChunks(body) : bytesOf(body), duplex: "half" };
  const response = await fetch(base + path, /** @type {RequestInit} */ (init));
  const answer = Buffer.from(await response.arrayBuffer()).toString("latin1");
  const status = response.status;
  const cache = response.headers.get("cache-status") ?? "";
  return { status, answer: status < 400 ? answer : withoutId(answer), predicted: cache.includes("fwd=") };
}

/** @param {Buffer | undefined} body */
function bytesOf(body) {
  return body && /** @type {Uint8Array<ArrayBuffer>} */ (body);
}

/** @param {Buffer} body */
function inChunks(body) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= body.length) return controller.close();
      controller.enqueue(new Uint8Array(body.subarray(at, at + 65_536)));
      at += 65_536;
    },
  });
}

/** A refusal has the request's id in it. @param {string} answer */
function withoutId(answer) {
  return answer.replace(/"request_id":"[^"]*"/, '"request_id":""');
}
