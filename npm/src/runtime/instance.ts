import { describeThrown, fromPlain, isRefusal, OnnxletError } from "./errors.js";
import type { Engine, EngineOptions } from "./engine.js";
import type { Runner } from "./runner.js";
import type { Description, Prediction, Stats } from "./types.js";

/**
 * Supervises one engine on this thread. An engine that trapped is never called again: the call that met the trap is
 * rejected with the panic's message, and the next call finds a fresh instance.
 */
export class Instance implements Runner {
  readonly description: Description;
  readonly #create: () => Promise<Engine>;
  #engine: Engine | undefined;
  #predictions = 0;
  #traps = 0;

  private constructor(create: () => Promise<Engine>, engine: Engine, description: Description) {
    this.#create = create;
    this.#engine = engine;
    this.description = description;
  }

  /** Makes the first engine and loads its model. `create` is kept, to replace an engine that trapped. */
  static async start(create: () => Promise<Engine>): Promise<Instance> {
    const engine = await loaded(create);
    return new Instance(create, engine, guarded(engine, () => engine.describe()));
  }

  get stats(): Stats {
    return { predictions: this.#predictions, traps: this.#traps };
  }

  async run(input: unknown, options: EngineOptions): Promise<Prediction> {
    // No await between finding the engine and using it: another call could trap it meanwhile.
    while (!this.#engine) await this.#renew();
    const engine = this.#engine;
    try {
      const prediction = guarded(engine, () => engine.predict(input, options));
      this.#predictions += 1;
      return prediction;
    } catch (error) {
      if (error instanceof Trap) this.#retire();
      throw error;
    }
  }

  dispose(): void {
    this.#engine = undefined;
  }

  /** Calls that overlap each wait for an engine of their own, since a Worker's requests can't wait for one another. */
  async #renew(): Promise<void> {
    const fresh = await loaded(this.#create);
    this.#engine ??= fresh;
  }

  #retire(): void {
    this.#engine = undefined;
    this.#traps += 1;
  }
}

/** The engine stopped in the middle of a call; its state can't be trusted any more. */
class Trap extends OnnxletError {
  constructor(engine: Engine, cause: unknown) {
    super("engine", `the engine stopped: ${panicOf(engine) ?? describeThrown(cause)}`, { cause });
  }
}

/** Runs a call into `engine`. What it throws on purpose is a refusal; anything else left its frames half-run. */
function guarded<T>(engine: Engine, call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw isRefusal(thrown) ? fromPlain(thrown) : new Trap(engine, thrown);
  }
}

async function loaded(create: () => Promise<Engine>): Promise<Engine> {
  const engine = await create().catch((cause: unknown) => {
    throw new OnnxletError("load", `the module could not be instantiated: ${describeThrown(cause)}`, { cause });
  });
  guarded(engine, () => engine.load());
  return engine;
}

function panicOf(engine: Engine): string | undefined {
  try {
    return engine.lastPanic();
  } catch {
    return undefined; // The trap took this function down too; the trap's own message is all there is.
  }
}
