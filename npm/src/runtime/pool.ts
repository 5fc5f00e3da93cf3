import { type Batch, type Batches, batchesOf } from "./batch.js";
import { copied, handedOver, type Parcel, taken } from "./copy.js";
import type { EngineOptions } from "./engine.js";
import { type ErrorCode, OnnxletError, unsendable } from "./errors.js";
import { joined } from "./join.js";
import { type Beginning, LastingThread } from "./lasting-thread.js";
import { Pace } from "./pace.js";
import type { Delivery, Runner } from "./runner.js";
import { NO_CALLS, sum } from "./stats.js";
import type { Description, Prediction, Stats } from "./types.js";

/** How many threads there are, and whether they may share a batch; left out, where that is proven to change no bit. */
export interface Sharing {
  threads: number;
  splitBatch?: boolean | undefined;
}

interface Call {
  parcel: Parcel;
  readonly options: EngineOptions;
  readonly signal: AbortSignal | undefined;
  /** Its buffers are the caller's, to be moved when it is sent. */
  readonly moves: boolean;
  /** One thread is to answer it as it is. */
  whole: boolean;
  resolve(prediction: Prediction): void;
  reject(reason: unknown): void;
}

/** What one thread is given: a call, or a part of one. */
interface Task {
  readonly call: Call;
  /** How many examples, where that is known. */
  readonly examples?: number;
  /** Asked when its turn has come. */
  parcel(): Parcel;
  answered(prediction: Prediction): void;
  failed(error: unknown): void;
  /** Whether nobody waits for it any more. */
  isIdle(): boolean;
}

/** What an engine says of an input. Its words are about what it was given, so a part's are not the call's. */
const REFUSALS: readonly ErrorCode[] = ["invalid", "malformed", "too_large", "unsupported"];

/**
 * A model on other threads. Calls wait on this side, so that one that is aborted before its turn never runs; each free thread
 * takes the next. A batch is cut into a part for each thread where no other call waits for them. Whatever is odd about a part
 * (the engine refuses it, the answers don't fit together) has the whole call answered by one thread, as if it had not been cut.
 */
export class Pool implements Runner {
  readonly description: Description;
  readonly #threads: readonly LastingThread[];
  readonly #free: Set<LastingThread>;
  readonly #calls: Call[] = [];
  /** Parts of a call that has begun. */
  readonly #tasks: Task[] = [];
  readonly #pace = new Pace();
  #batches: Batches | undefined;
  #predictions = 0;
  #disposed = false;

  private constructor(threads: readonly LastingThread[], description: Description, splits: boolean) {
    this.#threads = threads;
    this.#free = new Set(threads);
    this.description = description;
    this.#batches = splits && threads.length > 1 ? batchesOf(description) : undefined;
  }

  /** Begins the threads and loads the model in each. */
  static async start(beginning: Beginning, { threads: count, splitBatch }: Sharing): Promise<Pool> {
    const starting = Array.from({ length: count }, () => LastingThread.start(beginning));
    try {
      const threads = await Promise.all(starting);
      const { description } = threads[0] as LastingThread;
      return new Pool(threads, description, splitBatch ?? description.batch === "independent");
    } catch (error) {
      // Each by itself, since some may still be starting.
      for (const thread of starting) thread.then((begun) => begun.end(disposed()), () => {});
      throw error;
    }
  }

  get stats(): Stats {
    const { traps, fallbacks } = this.#threads.map(({ stats }) => stats).reduce(sum, NO_CALLS);
    return { predictions: this.#predictions, traps, fallbacks };
  }

  run(input: unknown, options: EngineOptions, { signal, transfer: moves = false }: Delivery): Promise<Prediction> {
    const parcel = moves ? handedOver(input) : copied(input);
    return new Promise((resolve, reject) => {
      const answered = (prediction: Prediction) => {
        this.#predictions += 1;
        resolve(prediction);
      };
      this.#calls.push({ parcel, options, signal, moves, whole: false, resolve: answered, reject });
      // Not at once: calls that are made together are seen together.
      queueMicrotask(() => this.#dispatch());
    });
  }

  dispose(): void {
    this.#disposed = true;
    for (const call of this.#calls.splice(0)) call.reject(disposed());
    for (const { call } of this.#tasks.splice(0)) call.reject(disposed());
    for (const thread of this.#threads) thread.end(disposed());
  }

  #dispatch(): void {
    while (!this.#disposed) {
      // In their order, not in turns: calls one after another find the one that is warm.
      const thread = this.#threads.find((each) => this.#free.has(each));
      const task = thread && this.#next();
      if (!task) return;
      void this.#work(thread, task);
    }
  }

  async #work(thread: LastingThread, task: Task): Promise<void> {
    this.#free.delete(thread);
    try {
      const { prediction, milliseconds } = await thread.answer(task.parcel(), task.call.options);
      if (task.examples) this.#pace.note(task.examples, milliseconds);
      task.answered(prediction);
    } catch (error) {
      task.failed(error);
    }
    this.#free.add(thread);
    this.#dispatch();
  }

  #next(): Task | undefined {
    for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) {
      if (!task.isIdle()) return task;
    }
    for (let call = this.#calls.shift(); call; call = this.#calls.shift()) {
      if (call.signal?.aborted) {
        call.reject(call.signal.reason);
        continue;
      }
      const [first, ...others] = this.#tasksOf(call);
      this.#tasks.push(...others);
      if (first) return first;
    }
    return undefined;
  }

  /** A call's parts, or the whole of it; none where it can't be sent. */
  #tasksOf(call: Call): Task[] {
    const share = Math.floor(this.#threads.length / (this.#calls.length + 1));
    const batch = call.whole ? undefined : this.#batches?.(call.parcel.value);
    const parts = batch && share > 1 ? this.#pace.parts(batch.count, share) : 1;
    if (!batch || parts === 1) return [this.#whole(call, batch)];
    if (!call.moves) return this.#cut(call, batch, parts);
    try {
      call.parcel = taken(call.parcel);
    } catch (cause) {
      call.reject(unsendable(cause));
      return [];
    }
    return this.#cut(call, this.#batches?.(call.parcel.value) as Batch, parts);
  }

  #whole(call: Call, batch: Batch | undefined): Task {
    return {
      call,
      ...(batch && { examples: batch.count }),
      parcel: () => call.parcel,
      answered: call.resolve,
      failed: call.reject,
      isIdle: () => false,
    };
  }

  #cut(call: Call, batch: Batch, parts: number): Task[] {
    const bounds = Array.from({ length: parts + 1 }, (_, part) => Math.round((part * batch.count) / parts));
    const counts = bounds.slice(1).map((to, part) => to - (bounds[part] as number));
    const answers: Prediction[] = [];
    let [left, over] = [parts, false];
    const ended = (end: () => void) => {
      if (!over) end();
      over = true;
    };
    const complete = () => {
      const prediction = joined(answers, counts);
      if (prediction) return call.resolve(prediction);
      // The model does not answer example by example after all.
      this.#batches = undefined;
      this.#again(call);
    };
    return counts.map((examples, part) => ({
      call,
      examples,
      parcel: () => copied(batch.cut(bounds[part] as number, bounds[part + 1] as number)),
      answered: (prediction) => {
        answers[part] = prediction;
        left -= 1;
        if (left === 0) ended(complete);
      },
      failed: (error) => ended(() => (isRefusal(error) ? this.#again(call) : call.reject(error))),
      isIdle: () => {
        const { signal } = call;
        if (signal?.aborted) ended(() => call.reject(signal.reason));
        return over;
      },
    }));
  }

  /** Has one thread answer the whole call, next of all. */
  #again(call: Call): void {
    call.whole = true;
    this.#calls.unshift(call);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof OnnxletError && REFUSALS.includes(error.code);
}

function disposed(): OnnxletError {
  return new OnnxletError("disposed", "the model was disposed before it could answer");
}
