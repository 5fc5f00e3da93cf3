import { untilAborted } from "./abort.js";
import type { EngineOptions } from "./engine.js";
import { OnnxletError } from "./errors.js";
import { engineInput } from "./input.js";
import type { Runner } from "./runner.js";
import { NO_CALLS } from "./stats.js";
import type { Description, ModelBase, Prediction, PredictOptions, Signature, Stats } from "./types.js";

// Hosts without explicit resource management have no such symbols; there these methods get names nobody meets.
const disposeKey: typeof Symbol.dispose = Symbol.dispose ?? Symbol("dispose");
const asyncDisposeKey: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol("asyncDispose");

/** A loaded model. */
export class Model implements ModelBase {
  readonly #description: Description;
  #runner: Runner | undefined;
  #stats = NO_CALLS;

  constructor(runner: Runner) {
    this.#runner = runner;
    this.#description = runner.description;
  }

  get signature(): Signature {
    const { inputs, outputs } = this.#description;
    return { inputs, outputs };
  }

  get stats(): Stats {
    return this.#runner?.stats ?? this.#stats;
  }

  describe(): Description {
    return this.#description;
  }

  /**
   * Predicts. Calls may overlap. An input that is already in memory is read before this returns, so its buffers may be
   * reused at once.
   */
  async predict(input: unknown, options: PredictOptions = {}): Promise<Prediction> {
    this.#alive();
    options.signal?.throwIfAborted();
    return untilAborted(this.#predict(input, options), options.signal);
  }

  async #predict(input: unknown, options: PredictOptions): Promise<Prediction> {
    const ready = engineInput(input);
    const value = ready instanceof Promise ? await ready : ready;
    options.signal?.throwIfAborted();
    return this.#alive().run(value, engineOptions(options), options);
  }

  dispose(): void {
    if (!this.#runner) return;
    this.#stats = this.#runner.stats;
    this.#runner.dispose();
    this.#runner = undefined;
  }

  [disposeKey](): void {
    this.dispose();
  }

  async [asyncDisposeKey](): Promise<void> {
    this.dispose();
  }

  #alive(): Runner {
    if (this.#runner) return this.#runner;
    throw new OnnxletError("disposed", `the model ${this.#description.name} has been disposed; load() it again`);
  }
}

/** Absent options must be absent for the engine too, which refuses what it doesn't know. */
function engineOptions({ topK, outputs }: PredictOptions): EngineOptions {
  return { ...(topK !== undefined && { topK }), ...(outputs !== undefined && { outputs }) };
}
