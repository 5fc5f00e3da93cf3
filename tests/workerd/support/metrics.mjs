// What /metrics tells.
import assert from "node:assert/strict";

/**
 * The samples at /metrics: `name{labels}` and their values.
 * @param {string} base
 * @param {Record<string, string>} [headers]
 * @returns {Promise<(sample: string) => number>} 0 for what isn't there
 */
export async function scrape(base, headers = {}) {
  const response = await fetch(`${base}/metrics`, { headers });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const values = new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
  return (sample) => values.get(sample) ?? 0;
}

/**
 * The name of a count of requests.
 * @param {string} route
 * @param {string} method
 * @param {number} status
 */
export function requests(route, method, status) {
  return `onnxlet_http_requests_total{route="${route}",method="${method}",status="${status}"}`;
}
