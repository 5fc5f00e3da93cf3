// Work that comes faster than it can be done: one at a time, and of what waits only the latest.

/**
 * @template T
 * @param {(item: T) => Promise<void>} work must not reject: it shows its own failures
 * @returns {(item: T) => void}
 */
export function latestWins(work) {
  /** @type {{ item: T } | undefined} */
  let waiting;
  let busy = false;
  return async (item) => {
    waiting = { item };
    if (busy) return;
    busy = true;
    try {
      while (waiting) {
        const next = waiting;
        waiting = undefined;
        await work(next.item);
      }
    } finally {
      busy = false;
    }
  };
}

/**
 * Calls `work` at most once per animation frame, with the latest item.
 * @template T
 * @param {(item: T) => void} work
 * @returns {(item: T) => void}
 */
export function perFrame(work) {
  /** @type {{ item: T } | undefined} */
  let waiting;
  return (item) => {
    const scheduled = waiting !== undefined;
    waiting = { item };
    if (scheduled) return;
    requestAnimationFrame(() => {
      const next = waiting;
      waiting = undefined;
      if (next) work(next.item);
    });
  };
}

/**
 * Calls `work` with the latest item once nothing has come for `ms` milliseconds.
 * @template T
 * @param {number} ms
 * @param {(item: T) => void} work
 * @returns {(item: T) => void}
 */
export function whenQuiet(ms, work) {
  let timer = 0;
  return (item) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(item), ms);
  };
}
