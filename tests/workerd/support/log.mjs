// The lines that a Worker logs; they may arrive after the answer.

/**
 * The lines for which `wanted` holds, once there are `count` of them.
 * @param {{ log: () => string }} worker
 * @param {(line: any) => boolean} wanted
 * @param {number} [count]
 * @returns {Promise<any[]>}
 */
export async function lines(worker, wanted, count = 1) {
  /** @type {any[]} */
  let found = [];
  // A minute, for they come through wrangler: on a busy machine it may be slow.
  for (let tries = 0; tries < 1200; tries++) {
    found = worker.log().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)).filter(wanted);
    if (found.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${found.length} of ${count} lines in the log:\n${worker.log()}`);
}
