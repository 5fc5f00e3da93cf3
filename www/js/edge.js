// The HTTP side: whether there is an API on this address, and what it answers.

/**
 * @typedef {import("./types.js").Description} Description
 * @typedef {import("./types.js").Outputs} Outputs
 * @typedef {{ readonly body: Blob | string, readonly type: string }} Posted
 */

const TIMEOUT_MS = 15_000;

/** No API on this address, or no way to it: nothing is wrong with the request. `reason` says which. */
export class EdgeAway extends Error {
  /** @param {"absent" | "unreachable"} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The edge refused the request, as `application/problem+json` tells. */
export class EdgeRefusal extends Error {
  /**
   * @param {string} title
   * @param {readonly string[]} problems one line for each
   */
  constructor(title, problems) {
    super(title);
    this.problems = problems;
  }
}

/**
 * Asks the edge which model it serves.
 * @returns {Promise<Description>}
 * @throws {EdgeAway}
 */
export async function edgeModel() {
  const response = await request("model", {});
  // A static host answers a page of its own, or 404; only the API answers JSON.
  if (!response.ok || !isJson(response)) throw new EdgeAway("absent");
  return response.json();
}

/**
 * @param {Posted} posted
 * @returns {Promise<{ prediction: Outputs, milliseconds: number }>} with the time of the round trip
 * @throws {EdgeAway | EdgeRefusal}
 */
export async function edgePredict({ body, type }) {
  const began = performance.now();
  const response = await request("predict", { method: "POST", headers: { "content-type": type }, body });
  if (!isJson(response)) throw new EdgeAway("absent");
  const answer = await response.json();
  if (!response.ok) throw refusalOf(answer, response.status);
  return { prediction: answer, milliseconds: performance.now() - began };
}

/** The address that a person would post to: this one where the edge is, else where `cargo xtask serve` puts it. */
export function predictAddress(/** @type {boolean} */ edgeIsHere) {
  return edgeIsHere ? new URL("predict", document.baseURI).href : "http://127.0.0.1:8787/predict";
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function request(path, options) {
  try {
    return await fetch(new URL(path, document.baseURI), { ...options, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new EdgeAway("unreachable");
  }
}

/** @param {Response} response */
function isJson(response) {
  return /^application\/(problem\+)?json\b/.test(response.headers.get("content-type") ?? "");
}

/**
 * @param {{ title?: string, detail?: string, problems?: { field?: string, message?: string }[] }} problem
 * @param {number} status
 */
function refusalOf(problem, status) {
  const lines = (problem.problems ?? []).map(({ field, message }) => (field ? `${field}: ${message}` : String(message)));
  const fallback = problem.detail ? [problem.detail] : [];
  return new EdgeRefusal(`${problem.title ?? "The edge refused this input"} (${status})`, lines.length > 0 ? lines : fallback);
}
