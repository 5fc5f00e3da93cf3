import { copied, handedOver, type Parcel } from "./copy.js";
import type { EngineOptions } from "./engine.js";
import { fromPlain, OnnxletError } from "./errors.js";
import type { Delivery, Runner } from "./runner.js";
import type { Reply, StartRequest, ThreadHandle } from "./thread.js";
import { ThreadLink } from "./thread-link.js";
import type { Description, Prediction, Stats } from "./types.js";

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
  readonly #request: StartRequest;
  readonly #queue: Call[] = [];
  #link: ThreadLink;
  #draining = false;
  #stats: Stats = { predictions: 0, traps: 0 };
  /** Counts of the threads that died. */
  #past: Stats = { predictions: 0, traps: 0 };

  private constructor(begin: () => ThreadHandle, request: StartRequest, link: ThreadLink, description: Description) {
    this.#begin = begin;
    this.#request = request;
    this.#link = link;
    this.description = description;
  }

  /** Begins a thread and loads the model there. `begin` and `request` are kept, to replace a thread that died. */
  static async start(begin: () => ThreadHandle, request: StartRequest): Promise<ThreadRunner> {
    const link = new ThreadLink(begin());
    return new ThreadRunner(begin, request, link, await link.start(request));
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
    if (reply.type !== "started") this.#stats = reply.stats;
    if (reply.type === "predicted") return reply.prediction;
    throw reply.type === "failed" ? fromPlain(reply.error) : new OnnxletError("engine", "the thread started twice");
  }

  async #replace(): Promise<void> {
    this.#past = sum(this.stats, { predictions: 0, traps: 1 });
    this.#stats = { predictions: 0, traps: 0 };
    this.#link = new ThreadLink(this.#begin());
    await this.#link.start(this.#request);
  }
}

function sum(a: Stats, b: Stats): Stats {
  return { predictions: a.predictions + b.predictions, traps: a.traps + b.traps };
}
