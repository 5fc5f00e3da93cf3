import { copied, handedOver, type Parcel } from "./copy.js";
import type { EngineOptions } from "./engine.js";
import { fromPlain, OnnxletError } from "./errors.js";
import type { Modules } from "./modules.js";
import type { Delivery, Runner } from "./runner.js";
import { NO_CALLS, sum } from "./stats.js";
import type { Reply, ThreadHandle } from "./thread.js";
import { ThreadLink } from "./thread-link.js";
import type { Description, Prediction, Simd, Stats } from "./types.js";

interface Call {
  parcel: Parcel;
  options: EngineOptions;
  signal: AbortSignal | undefined;
  resolve(prediction: Prediction): void;
  reject(reason: unknown): void;
}

/**
 * A model on another thread. Calls wait on this side, so that one that is aborted before its turn never runs. A thread
 * that died is replaced at the next call.
 */
export class ThreadRunner implements Runner {
  readonly description: Description;
  readonly #begin: () => ThreadHandle;
  readonly #simd: Simd;
  readonly #modules: Modules;
  readonly #queue: Call[] = [];
  #link: ThreadLink;
  #draining = false;
  #stats = NO_CALLS;
  /** Counts of the threads that died. */
  #past = NO_CALLS;

  private constructor(begin: () => ThreadHandle, simd: Simd, modules: Modules, { link, description }: Begun) {
    this.#begin = begin;
    this.#simd = simd;
    this.#modules = modules;
    this.#link = link;
    this.description = description;
  }

  /** Begins a thread and loads the model there. What it is begun with is kept, to replace a thread that died. */
  static async start(begin: () => ThreadHandle, simd: Simd, modules: Modules): Promise<ThreadRunner> {
    return new ThreadRunner(begin, simd, modules, await begun(begin, simd, modules));
  }

  get stats(): Stats {
    return sum(this.#past, this.#stats);
  }

  run(input: unknown, options: EngineOptions, { signal, transfer }: Delivery): Promise<Prediction> {
    const parcel = transfer ? handedOver(input) : copied(input);
    return new Promise((resolve, reject) => {
      this.#queue.push({ parcel, options, signal, resolve, reject });
      void this.#drain();
    });
  }

  dispose(): void {
    const error = new OnnxletError("disposed", "the model was disposed before it could answer");
    for (const call of this.#queue.splice(0)) call.reject(error);
    this.#link.end(error);
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    for (let call = this.#queue.shift(); call; call = this.#queue.shift()) {
      if (call.signal?.aborted) call.reject(call.signal.reason);
      else await this.#answer(call).then(call.resolve, call.reject);
    }
    this.#draining = false;
  }

  async #answer({ parcel, options }: Call): Promise<Prediction> {
    if (this.#link.over) await this.#replace();
    const reply = await this.#link.ask({ type: "predict", input: parcel.value, options }, parcel.transfer);
    return this.#opened(reply);
  }

  #opened(reply: Reply): Prediction {
    if ("stats" in reply) this.#stats = reply.stats;
    if (reply.type === "predicted") return reply.prediction;
    if (reply.type === "failed") throw fromPlain(reply.error);
    throw new OnnxletError("engine", `the thread replied "${reply.type}" to a call`);
  }

  async #replace(): Promise<void> {
    this.#past = sum(this.stats, { ...NO_CALLS, traps: 1 });
    this.#stats = NO_CALLS;
    this.#link = (await begun(this.#begin, this.#simd, this.#modules)).link;
  }
}

/** A thread with the model in it. */
interface Begun {
  link: ThreadLink;
  description: Description;
}

async function begun(begin: () => ThreadHandle, simd: Simd, { first, ...others }: Modules): Promise<Begun> {
  const link = new ThreadLink(begin(), others);
  const later = (["full", "pictures"] as const).filter((part) => others[part]);
  const description = await link.start({ type: "start", module: first, simd, later });
  return { link, description };
}
