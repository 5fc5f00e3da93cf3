import type { Parcel } from "./copy.js";
import type { EngineOptions } from "./engine.js";
import { fromPlain, OnnxletError } from "./errors.js";
import type { Modules } from "./modules.js";
import { opened } from "./posted.js";
import { NO_CALLS, sum } from "./stats.js";
import type { Reply, ThreadHandle } from "./thread.js";
import { ThreadLink } from "./thread-link.js";
import type { Description, Prediction, Simd, Stats } from "./types.js";

/** How a thread is begun: by the host, with these modules. They are compiled once, whatever the number of threads. */
export interface Beginning {
  begin(): ThreadHandle;
  simd: Simd;
  modules: Modules;
}

/** An answer, and how long its thread was at it, way not included. */
export interface Answer {
  prediction: Prediction;
  milliseconds: number;
}

/** One thread with the model in it, given one call at a time. One that died is replaced at the next call. */
export class LastingThread {
  readonly description: Description;
  readonly #beginning: Beginning;
  #link: ThreadLink;
  #stats = NO_CALLS;
  /** Counts of the threads that died. */
  #past = NO_CALLS;
  /** Set once it is ended for good. */
  #ended: OnnxletError | undefined;

  private constructor(beginning: Beginning, { link, description }: Begun) {
    this.#beginning = beginning;
    this.#link = link;
    this.description = description;
  }

  static async start(beginning: Beginning): Promise<LastingThread> {
    return new LastingThread(beginning, await begun(beginning));
  }

  get stats(): Stats {
    return sum(this.#past, this.#stats);
  }

  async answer(parcel: Parcel, options: EngineOptions): Promise<Answer> {
    if (this.#link.over) await this.#replace();
    const reply = await this.#link.ask({ type: "predict", input: parcel.value, options }, parcel.transfer);
    return this.#opened(reply);
  }

  /** Ends it for good; a call under way is rejected with `error`. */
  end(error: OnnxletError): void {
    this.#ended = error;
    this.#link.end(error);
  }

  #opened(reply: Reply): Answer {
    if ("stats" in reply) this.#stats = reply.stats;
    if (reply.type === "predicted") {
      return { prediction: opened(reply.answer, this.description), milliseconds: reply.milliseconds };
    }
    if (reply.type === "failed") throw fromPlain(reply.error);
    throw new OnnxletError("engine", `the thread replied "${reply.type}" to a call`);
  }

  async #replace(): Promise<void> {
    if (this.#ended) throw this.#ended;
    this.#past = sum(this.stats, { ...NO_CALLS, traps: 1 });
    this.#stats = NO_CALLS;
    const { link } = await begun(this.#beginning);
    this.#link = link;
    // It may have been ended while another was begun.
    if (!this.#ended) return;
    link.end(this.#ended);
    throw this.#ended;
  }
}

interface Begun {
  link: ThreadLink;
  description: Description;
}

async function begun({ begin, simd, modules: { first, ...others } }: Beginning): Promise<Begun> {
  const link = new ThreadLink(begin(), others);
  const later = (["full", "pictures"] as const).filter((part) => others[part]);
  const description = await link.start({ type: "start", module: first, simd, later });
  return { link, description };
}
