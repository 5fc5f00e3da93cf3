// Asks the Worker in workerd for good, bad, huge and broken-off things, many at a time, and keeps account.
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { memoryOf } from "../../bench/load/processes.mjs";
import { TARGET } from "../setup/paths.mjs";
import { serve } from "../setup/workerd.mjs";
import { scrape } from "../workerd/support/metrics.mjs";
import { abort, ABORTS, ROUTE } from "./aborted.mjs";
import { send } from "./asking.mjs";
import { BAD, HUGE } from "./bad.mjs";
import { GOOD } from "./good.mjs";
import { dice } from "./random.mjs";

/** @typedef {import("./asking.mjs").Ask} Ask */
/** @typedef {"good" | "bad" | "huge" | "aborted"} Kind */

/** How many are on their way at once. */
const AT_ONCE = 16;
/** How much more memory the process may take at the end than at first, in bytes: engines and their heaps grow in steps. */
export const GROWTH = 64e6;
/** As wrangler.toml has it; few answers are kept, so that most are driven out again. */
const VARIABLES = { ONNXLET_LOG_LEVEL: "error", ONNXLET_MAX_ELEMENTS: "313600", ONNXLET_CACHE_BYTES: "65536" };
/** One in how many is of a kind. */
const SHARES = /** @type {const} */ ([["good", 0.55], ["bad", 0.3], ["huge", 0.05], ["aborted", 0.1]]);

/**
 * @typedef {object} Account
 * @property {number} seconds
 * @property {number} seed
 * @property {Record<Kind, number>} sent
 * @property {string[]} wrong answers that were not as they should be, at most 20 of them
 * @property {number} wrongs how many of these
 * @property {number} unheard requests that were refused before they were sent whole, and whose sender got no answer for that
 * @property {string[]} counts what /metrics says otherwise than it was
 * @property {{ requests: number, predictions: number, crashes: number, fallbacks: number, inFlight: number }} metrics
 * @property {{ seconds: number, resident: number }[]} memory
 * @property {{ warm: number, end: number, peak: number }} resident of the process, in bytes: medians of the first and of the last fifth
 * @property {number | string | null} ended how workerd ended, if it did
 * @property {string} log
 */

/**
 * @param {{ seconds: number, seed: number, tell?: (line: string) => void }} options seconds, after each request was sent three times
 * @returns {Promise<Account>}
 */
export async function soak({ seconds, seed, tell = () => {} }) {
  const worker = await serve(join(TARGET, "worker", "src"), VARIABLES);
  try {
    const soaking = new Soaking(worker.url, seed);
    for (let turn = 0; turn < 3; turn += 1) await soaking.everything();
    const memory = await soaking.during(seconds, worker, tell);
    const { counts, metrics } = await soaking.settle();
    return {
      seconds, seed, sent: soaking.sent, wrong: soaking.wrong, wrongs: soaking.wrongs, unheard: soaking.unheard,
      counts, metrics, memory, resident: summary(memory), ended: worker.ended(), log: worker.log(),
    };
  } finally {
    await worker.stop();
  }
}

class Soaking {
  sent = { good: 0, bad: 0, huge: 0, aborted: 0 };
  /** @type {string[]} */
  wrong = [];
  wrongs = 0;
  unheard = 0;
  #base;
  #random;
  /** The first answer to each. @type {Map<Ask, string>} */
  #first = new Map();
  /** Answers by status. @type {Map<number, number>} */
  #statuses = new Map();
  #predicted = 0;

  /** @param {string} base @param {number} seed */
  constructor(base, seed) {
    this.#base = base;
    this.#random = dice(seed);
  }

  /** Each request once, one after the other. */
  async everything() {
    for (const [kind, asks] of /** @type {const} */ ([["good", GOOD], ["bad", BAD], ["huge", HUGE]])) {
      for (const ask of asks) await this.#ask(kind, ask);
    }
    for (const one of ABORTS) await this.#abort(one);
  }

  /**
   * Asks at random until the time is over; gives what memory the process took meanwhile.
   * @param {number} seconds
   * @param {import("../setup/workerd.mjs").Served} worker
   * @param {(line: string) => void} tell
   */
  async during(seconds, worker, tell) {
    const [begun, end] = [performance.now(), performance.now() + seconds * 1000];
    const asking = Array.from({ length: AT_ONCE }, async () => {
      while (performance.now() < end && worker.ended() === null) await this.#anything();
    });
    const over = Promise.all(asking).then(() => true);
    const memory = [];
    do {
      const taken = await memoryOf([worker.pid]);
      const at = Math.round((performance.now() - begun) / 1000);
      if (taken) memory.push({ seconds: at, resident: taken.resident });
      if (memory.length % 60 === 0) tell(`${at} s  ${Object.values(this.sent).reduce((sum, count) => sum + count)} requests, ${Math.round((taken?.resident ?? 0) / 1e6)} MB, ${this.wrongs} wrong`);
    } while (!(await Promise.race([over, sleep(1000)])));
    return memory;
  }

  /** What /metrics says once nothing is on its way any more, and what of it doesn't add up. */
  async settle() {
    let [value, looks] = [await scrape(this.#base), 1];
    // The ones whose senders went away come to their ends.
    for (; looks < 100 && value("onnxlet_http_requests_in_flight") > 1; looks += 1) {
      await sleep(200);
      value = await scrape(this.#base);
    }
    const text = await (await fetch(`${this.#base}/metrics`)).text();
    const { answered, given } = requestsIn(text);
    const counts = [];
    // A look at /metrics is counted once it was answered: in the next one.
    answered.set(200, (answered.get(200) ?? 0) - looks);
    for (const status of new Set([...answered.keys(), ...this.#statuses.keys()])) {
      const [counted, got] = [answered.get(status) ?? 0, this.#statuses.get(status) ?? 0];
      const unheard = status === 413 ? this.unheard : 0;
      if (counted < got || counted > got + unheard) counts.push(`${status}: ${counted} counted, ${got} answered`);
    }
    const inFlight = value("onnxlet_http_requests_in_flight");
    if (inFlight !== 1) counts.push(`${inFlight} in flight, where there is one`);
    if (given > this.sent.aborted) counts.push(`${given} counted of ${this.sent.aborted} that were broken off`);
    const predictions = value("onnxlet_predictions_total");
    // Some of those that were broken off were predicted, too.
    if (predictions < this.#predicted || predictions > this.#predicted + given) counts.push(`${predictions} predictions, ${this.#predicted} answered and ${given} broken off`);
    const requests = [...answered.values()].reduce((sum, count) => sum + count, given);
    const [crashes, fallbacks] = ["onnxlet_crashes_total", "onnxlet_fallbacks_total"].map(value);
    return { counts, metrics: { requests, predictions, crashes, fallbacks, inFlight } };
  }

  #anything() {
    let left = this.#random.share();
    const [kind] = SHARES.find(([, share]) => (left -= share) < 0) ?? SHARES[0];
    if (kind === "aborted") return this.#abort(this.#random.of(ABORTS));
    return this.#ask(kind, this.#random.of({ good: GOOD, bad: BAD, huge: HUGE }[kind]));
  }

  /** @param {"good" | "bad" | "huge"} kind @param {Ask} ask */
  async #ask(kind, ask) {
    this.sent[kind] += 1;
    /** @type {Record<string, string>} */
    const headers = this.#random.share() < 0.5 ? {} : { "cache-control": "no-cache" };
    if (this.#random.share() < 0.5) headers["accept-encoding"] = "identity";
    try {
      const { status, answer, predicted } = await send(this.#base, ask, headers);
      this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
      if (predicted) this.#predicted += 1;
      const first = this.#first.get(ask) ?? answer;
      this.#first.set(ask, first);
      if (status !== ask.expected) this.#note(`${ask.name}: ${status} instead of ${ask.expected}: ${answer.slice(0, 300)}`);
      else if (answer !== first) this.#note(`${ask.name}: ${answer.slice(0, 300)} instead of ${first.slice(0, 300)}`);
    } catch (error) {
      const { message, cause } = /** @type {Error & { cause?: { code?: string } }} */ (error);
      // It was still sending when the other side had answered, and closed.
      if (ask.refusedUnread && ["EPIPE", "ECONNRESET"].includes(cause?.code ?? "")) this.unheard += 1;
      else this.#note(`${ask.name}: ${message} (${cause})`);
    }
  }

  /** @param {import("./aborted.mjs").Abort} one */
  async #abort(one) {
    this.sent.aborted += 1;
    await abort(this.#base, one, this.#random.share() * 50);
  }

  /** @param {string} what */
  #note(what) {
    this.wrongs += 1;
    if (this.wrong.length < 20) this.wrong.push(what);
  }
}

/**
 * Requests by status, and how many of the route that is broken off.
 * @param {string} text of /metrics
 */
function requestsIn(text) {
  /** @type {Map<number, number>} */
  const answered = new Map();
  let given = 0;
  for (const [, route, status, count] of text.matchAll(/^onnxlet_http_requests_total\{route="(.*?)",method=".*?",status="(\d+)"\} (\d+)$/gm)) {
    if (route === ROUTE) given += Number(count);
    else answered.set(Number(status), (answered.get(Number(status)) ?? 0) + Number(count));
  }
  return { answered, given };
}

/** @param {{ resident: number }[]} memory */
function summary(memory) {
  const fifth = Math.max(1, Math.floor(memory.length / 5));
  const median = (/** @type {{ resident: number }[]} */ part) => part.map(({ resident }) => resident).sort((a, b) => a - b)[part.length >> 1] ?? 0;
  return { warm: median(memory.slice(0, fifth)), end: median(memory.slice(-fifth)), peak: Math.max(0, ...memory.map(({ resident }) => resident)) };
}
