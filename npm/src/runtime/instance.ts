import { copied } from "./copy.js";
import { describeThrown, fromPlain, isRefusal, OnnxletError } from "./errors.js";
import type { Engine, EngineOptions } from "./engine.js";
import type { Pictures } from "./pictures.js";
import type { Runner } from "./runner.js";
import { NO_CALLS } from "./stats.js";
import type { Description, Prediction, Stats } from "./types.js";

/** How engines are made, and of what model. */
export interface Makers {
  description: Description;
  /** Makes an engine; asked again to replace one that trapped. */
  first(): Promise<Engine>;
  /** Makes one that lacks nothing, where the first is trimmed. */
  full?: (() => Promise<Engine>) | undefined;
  /** Decodes for the engines. */
  pictures?: Pictures | undefined;
}

/** An engine, and what to turn to where it lacks code. */
interface Running {
  engine: Engine;
  full: Makers["full"];
}

/**
 * Supervises one engine on this thread. An engine that trapped is never called again.
 *
 * Where a trimmed engine stops without a panic, it met code that was trimmed away: the call is replayed on a full engine,
 * which stays. Any other stop is a panic: the call is rejected with its message, and the next call finds a fresh instance.
 */
export class Instance implements Runner {
  readonly description: Description;
  #makers: Makers;
  #running: Running | undefined;
  #stats: Stats;

  private constructor(makers: Makers, running: Running, stats: Stats) {
    this.#makers = makers;
    this.#running = running;
    this.#stats = stats;
    this.description = makers.description;
  }

  /** Makes the first engine and loads its model. `makers` are kept, to replace an engine that trapped. */
  static async start(makers: Makers, stats: Stats = NO_CALLS): Promise<Instance> {
    try {
      return new Instance(makers, await begun(makers), stats);
    } catch (error) {
      if (!makers.full || !lacksCode(error)) throw error;
      warn(makers.description.name, error);
      return Instance.start({ ...makers, first: makers.full, full: undefined }, { ...stats, fallbacks: stats.fallbacks + 1 });
    }
  }

  get stats(): Stats {
    return this.#stats;
  }

  async run(input: unknown, options: EngineOptions): Promise<Prediction> {
    // No await between finding the engine and using it: another call could trap it meanwhile.
    if (this.#running) return this.#call(this.#running, input, options);
    return this.#later(copied(input).value, options);
  }

  dispose(): void {
    this.#running = undefined;
  }

  /** Calls an engine that must be waited for. `input` is ours: the caller may change its own meanwhile. */
  async #later(input: unknown, options: EngineOptions): Promise<Prediction> {
    while (!this.#running) await this.#renew();
    return this.#call(this.#running, input, options);
  }

  async #call({ engine, full }: Running, input: unknown, options: EngineOptions): Promise<Prediction> {
    try {
      const prediction = guarded(engine, () => engine.predict(input, options));
      this.#count("predictions");
      return prediction;
    } catch (error) {
      if (error instanceof Trap) this.#running = undefined;
      const { pictures } = this.#makers;
      if (pictures?.wanted) return this.#withPictures(pictures, copied(input).value, options);
      if (!(error instanceof Trap)) throw error;
      if (full && lacksCode(error)) return this.#replayed(error, full, copied(input).value, options);
      this.#count("traps");
      throw error;
    }
  }

  /** Makes a call again that was in vain, for want of the decoder of pictures. */
  async #withPictures(pictures: Pictures, input: unknown, options: EngineOptions): Promise<Prediction> {
    await pictures.load();
    return this.#later(input, options);
  }

  /** Has the full engine answer what the trimmed one could not. From now on every new engine is full. */
  async #replayed(
    trap: Trap,
    full: () => Promise<Engine>,
    input: unknown,
    options: EngineOptions,
  ): Promise<Prediction> {
    this.#count("fallbacks");
    warn(this.description.name, trap);
    const running = await begun({ ...this.#makers, first: full, full: undefined });
    this.#makers = { ...this.#makers, first: full, full: undefined };
    this.#running = running;
    return this.#call(running, input, options);
  }

  /** Calls that overlap each wait for an engine of their own, since a Worker's requests can't wait for one another. */
  async #renew(): Promise<void> {
    const fresh = await begun(this.#makers);
    this.#running ??= fresh;
  }

  #count(what: keyof Stats): void {
    this.#stats = { ...this.#stats, [what]: this.#stats[what] + 1 };
  }
}

/** The engine stopped in the middle of a call; its state can't be trusted any more. */
class Trap extends OnnxletError {
  /** The panic's message; none where the engine met code that it doesn't have. */
  readonly panic: string | undefined;

  constructor(panic: string | undefined, cause: unknown) {
    super("engine", `the engine stopped: ${panic ?? describeThrown(cause)}`, { cause });
    this.panic = panic;
  }
}

/** What was trimmed away traps, without a word from Rust. An exception from JavaScript is no trap. */
function lacksCode(error: unknown): error is Trap {
  return error instanceof Trap && error.panic === undefined && error.cause instanceof WebAssembly.RuntimeError;
}

function warn(model: string, { cause }: Trap): void {
  const what = "a call needs code that was trimmed away; the full module answers it, and all later calls";
  console.warn(`onnxlet: ${model}: ${what}. Build with such a call among the examples to avoid this.`, cause);
}

/** Runs a call into `engine`. What it throws on purpose is a refusal; anything else left its frames half-run. */
function guarded<T>(engine: Engine, call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw isRefusal(thrown) ? fromPlain(thrown) : new Trap(panicOf(engine), thrown);
  }
}

async function begun({ first, full }: Makers): Promise<Running> {
  const engine = await first().catch((cause: unknown) => {
    if (cause instanceof OnnxletError) throw cause;
    throw new OnnxletError("load", `the module could not be instantiated: ${describeThrown(cause)}`, { cause });
  });
  guarded(engine, () => engine.load());
  return { engine, full };
}

function panicOf(engine: Engine): string | undefined {
  try {
    return engine.lastPanic();
  } catch {
    return undefined; // The trap took this function down too; the trap's own message is all there is.
  }
}
