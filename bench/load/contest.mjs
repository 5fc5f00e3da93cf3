// The servers against one another: answers are checked, bursts go round and round, rows come out.

import { difference as differs } from "../compare.mjs";
import { CLASSES, nameOf, PIXELS } from "./cells.mjs";
import { idle, processorSeconds } from "./processes.mjs";
import { shoot } from "./shoot.mjs";

/** @typedef {import("../types.js").Cell} Cell */
/** @typedef {import("../types.js").LoadServer} LoadServer */

/**
 * A server in a cell.
 * @typedef {object} Place
 * @property {LoadServer} server
 * @property {Cell} cell
 * @property {import("../types.js").Asked} asked
 * @property {string} expected the whole answer, once it was checked
 * @property {number[]} times
 * @property {number} seconds
 * @property {number} wrong
 * @property {number | null} processor
 */

export class Contest {
  /** @type {Place[][]} the servers of each cell */
  #places;

  /**
   * @param {LoadServer[]} servers the first one's answers are what the others' are compared with
   * @param {Cell[]} cells
   * @param {Float32Array} images
   */
  constructor(servers, cells, images) {
    this.#places = cells.map((cell) => servers.map((server) => {
      const asked = server.ask[cell.format](images.subarray(0, cell.batch * PIXELS));
      return { server, cell, asked, expected: "", times: [], seconds: 0, wrong: 0, processor: 0 };
    }));
  }

  /** Asks everything once; throws where an answer isn't right. Gives the largest difference of a probability. */
  async check() {
    let largest = 0;
    for (const places of this.#places) {
      /** @type {Float32Array | undefined} */
      let first;
      for (const place of places) {
        const probs = await this.#answer(place);
        first ??= probs;
        const shape = [probs.length / CLASSES, CLASSES];
        const found = differs(tensors(probs, shape), [tensors(first, shape)]);
        if (found) throw new Error(`${place.server.name}, ${nameOf(place.cell)}: ${found}`);
        for (const [index, value] of probs.entries()) largest = Math.max(largest, Math.abs(value - (first[index] ?? NaN)));
      }
    }
    return largest;
  }

  /**
   * One burst for each server in each cell; each round begins with another server.
   * @param {{ turn: number, seconds: number, counts: boolean }} round
   */
  async round({ turn, seconds, counts }) {
    for (const places of this.#places) {
      for (let index = 0; index < places.length; index += 1) {
        const place = /** @type {Place} */ (places[(index + turn) % places.length]);
        const { asked, cell, server, expected } = place;
        const before = await processorSeconds(server.pids);
        const burst = await shoot(asked, cell.connections, seconds, cell.format === "json" ? expected : undefined);
        const after = await processorSeconds(server.pids);
        // What is still waiting there must not be in the next one's way.
        await idle(server.pids);
        place.wrong += burst.wrong;
        if (!counts) continue;
        place.times.push(...burst.times);
        place.seconds += burst.seconds;
        place.processor = before === null || after === null || place.processor === null ? null : place.processor + after - before;
      }
    }
  }

  /** @returns {import("../types.js").LoadRow[]} */
  rows() {
    return this.#places.flat().map(({ server, cell, times, seconds, wrong, processor }) => {
      const sorted = times.sort((a, b) => a - b);
      return {
        ...cell,
        server: server.name,
        rate: round(sorted.length / seconds),
        p50_ms: round(percentile(sorted, 0.5)),
        p99_ms: round(percentile(sorted, 0.99)),
        answers: sorted.length,
        wrong,
        processor_ms: processor === null ? null : round((processor * 1000) / sorted.length),
      };
    });
  }

  /** The answer, which is the same wherever it is asked for. @param {Place} place */
  async #answer(place) {
    const { urls, headers, body, read } = place.asked;
    /** @type {Float32Array | undefined} */
    let probs;
    for (const url of urls) {
      const response = await fetch(url, { method: "POST", headers, body: new Uint8Array(body) });
      const bytes = new Uint8Array(await response.arrayBuffer());
      const text = Buffer.from(bytes).toString();
      if (response.status !== 200) throw new Error(`${place.server.name}, ${nameOf(place.cell)}: ${response.status} ${text}`);
      if (place.expected && text !== place.expected) throw new Error(`${place.server.name}, ${nameOf(place.cell)}: another answer than before`);
      place.expected = text;
      probs = read(bytes, response.headers);
    }
    if (probs?.length !== place.cell.batch * CLASSES) throw new Error(`${place.server.name}: ${probs?.length} probabilities`);
    return probs;
  }
}

/** @param {Float32Array} data @param {number[]} shape */
function tensors(data, shape) {
  return { probs: { dtype: "float32", shape, data } };
}

/**
 * The time within which this share of the answers came.
 * @param {number[]} sorted
 * @param {number} share
 */
export function percentile(sorted, share) {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** Three decimals are more than can be measured. @param {number} value */
const round = (value) => Math.round(value * 1000) / 1000;
