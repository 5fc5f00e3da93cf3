// Every case in threads of their own, so that neither a trap nor an endless loop ends the run.

import { Worker } from "node:worker_threads";

/** @typedef {import("./cases.mjs").Case} Case */
/** @typedef {import("./worker.mjs").Outcome} Outcome */
/**
 * What runs the cases: the address of a module with `start`, what it is started with, and how long one thread serves.
 * After `passes` passing cases (instances that are gone still hold addresses until they are collected) and after a case
 * that does not pass, where the engine itself lives on from case to case, a new thread takes over.
 * @typedef {{ adapter: string, setting: object, passes: number, survivesFailure: boolean }} Contestant
 */

/** Longer than any case takes, start included. */
const PATIENCE_MS = 30_000;

/**
 * Runs all cases and tells each outcome.
 * @param {Contestant} contestant
 * @param {string} folder
 * @param {Case[]} cases
 * @param {number} threads
 * @param {(chosen: Case, outcome: Outcome) => void} tell
 * @param {{ patience?: number, worker?: URL }} [options]
 */
export async function runAll(contestant, folder, cases, threads, tell, options = {}) {
  const queue = cases.values();
  const script = options.worker ?? new URL("worker.mjs", import.meta.url);
  const lane = async () => {
    /** @type {Thread | undefined} */
    let thread;
    for (const chosen of queue) {
      if (chosen.not_tensor !== undefined) {
        tell(chosen, { status: "not_tensor", reason: chosen.not_tensor });
        continue;
      }
      thread ??= new Thread(script, { ...contestant, folder });
      const outcome = await thread.ask(chosen, options.patience ?? PATIENCE_MS);
      tell(chosen, outcome);
      const goesOn = outcome.status === "pass" || (contestant.survivesFailure && outcome.status !== "trapped");
      if (!goesOn || thread.asked >= contestant.passes) {
        await thread.end();
        thread = undefined;
      }
    }
    await thread?.end();
  };
  await Promise.all(Array.from({ length: threads }, lane));
}

class Thread {
  asked = 0;
  /** @type {Worker} */
  #worker;

  /**
   * @param {URL} script
   * @param {object} workerData
   */
  constructor(script, workerData) {
    // What an engine prints would drown the results.
    this.#worker = new Worker(script, { workerData, stdout: true, stderr: true });
  }

  /**
   * @param {Case} chosen
   * @param {number} patience
   * @returns {Promise<Outcome>}
   */
  ask(chosen, patience) {
    this.asked += 1;
    const worker = this.#worker;
    return new Promise((resolve) => {
      const done = (/** @type {Outcome} */ outcome) => {
        clearTimeout(timer);
        for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
        // A thread that is being ended may yet throw.
        worker.on("error", () => {});
        resolve(outcome);
      };
      const trapped = (/** @type {string} */ reason) => done({ status: "trapped", reason });
      const timer = setTimeout(() => trapped(`no answer within ${patience / 1000} s`), patience);
      worker.once("message", done);
      worker.once("error", (error) => trapped(`the thread failed: ${error.message}`));
      worker.once("exit", (code) => trapped(`the thread ended with ${code}`));
      worker.postMessage(chosen);
    });
  }

  async end() {
    await this.#worker.terminate();
  }
}
