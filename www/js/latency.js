// How long answers take: the median of the last few, because one slow frame says nothing.

const KEPT = 21;

export class Latency {
  /** @type {number[]} milliseconds, oldest first */
  #times = [];

  /** @param {number} milliseconds */
  add(milliseconds) {
    this.#times.push(milliseconds);
    if (this.#times.length > KEPT) this.#times.shift();
  }

  get count() {
    return this.#times.length;
  }

  get median() {
    const sorted = [...this.#times].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    const upper = sorted[middle] ?? NaN;
    return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
  }
}

/** @param {number} ms */
export function inMilliseconds(ms) {
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}
