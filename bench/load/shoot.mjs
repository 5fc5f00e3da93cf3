// One burst of requests: autocannon's, with every answer's time kept, for its own histogram knows no less than a millisecond.

import autocannon from "autocannon";

/**
 * @typedef {object} Burst
 * @property {number} seconds from the first request to the last answer
 * @property {number[]} times of each answer, in ms
 * @property {number} wrong answers that are not 2xx or another body, connections that broke, and requests that waited too long
 */

/**
 * Asks again and again, as soon as there is an answer, on each connection.
 * @param {import("../types.js").Asked} asked
 * @param {number} connections
 * @param {number} seconds
 * @param {string | undefined} expected the whole answer, where it is text
 * @returns {Promise<Burst>}
 */
export function shoot(asked, connections, seconds, expected) {
  const { urls, headers, body } = asked;
  const [begun, times] = [performance.now(), /** @type {number[]} */ ([])];
  let last = begun;
  return new Promise((resolve, reject) => {
    // Its types don't know of several addresses.
    const options = /** @type {any} */ ({
      url: urls, method: "POST", headers, body, connections, duration: seconds, sampleInt: 50, timeout: 20,
      ...(expected === undefined ? {} : { verifyBody: (/** @type {string} */ got) => got === expected }),
    });
    const cannon = autocannon(options, (error, result) => {
      if (error) return reject(error);
      const wrong = result.non2xx + result.errors + result.timeouts + result.mismatches;
      resolve({ seconds: (last - begun) / 1000, times, wrong });
    });
    cannon.on("response", (_client, status, _bytes, time) => {
      last = performance.now();
      if (status >= 200 && status < 300) times.push(time);
    });
  });
}
