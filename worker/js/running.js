// The instance that answers, and what replaces it when it traps.
import { countersOf } from "./counters.js";

/** @typedef {import("./engine.js").Engine} Engine */

/**
 * The modules and how they are instantiated.
 * @typedef {object} Modules
 * @property {(module: WebAssembly.Module) => Engine} create
 * @property {WebAssembly.Module} first what answers at first: the lean module, where there is one
 * @property {WebAssembly.Module | undefined} full what lacks nothing, where the first is lean
 */

/**
 * One instance at a time; one that trapped is never called again.
 *
 * A trap of the lean module without a panic's message: the call needs code that was trimmed away. The full module is
 * instantiated, answers that call and all later ones: answers are pure, so nothing happens twice. Any other trap (a panic, a
 * stack overflow, one of the full module) fails its call and costs a fresh instance of the same module.
 */
export class Running {
  #create;
  #module;
  #full;
  #fallbacks = 0;
  /** @type {Engine} */
  #engine;
  /** @type {(() => Uint8Array) | undefined} */
  #counters;

  /** @param {Modules} modules */
  constructor({ create, first, full }) {
    this.#create = create;
    this.#module = first;
    this.#full = full;
    this.#engine = this.#begun();
  }

  /**
   * Calls into the wasm.
   * @template T
   * @template [Failed=never]
   * @param {(engine: Engine) => T} call made again where the full module must take over
   * @param {(engine: Engine, why: string) => Failed} [crashed] answers instead where the call fails
   * @returns {T | Failed}
   */
  call(call, crashed) {
    try {
      return call(this.#engine);
    } catch (trap) {
      const why = this.#replaced(trap);
      if (why === undefined) return this.call(call, crashed);
      if (!crashed) throw trap;
      return this.call((engine) => crashed(engine, why));
    }
  }

  /**
   * Replaces the instance.
   * @param {unknown} trap what it threw
   * @returns {string | undefined} why the call failed: the panic's message, or the trap's where there was no panic;
   *   nothing where the call is to be made again
   */
  #replaced(trap) {
    const panic = panicOf(this.#engine);
    const lacksCode = panic === undefined && trap instanceof WebAssembly.RuntimeError;
    if (!this.#full || !lacksCode) {
      this.#engine = this.#begun();
      return panic ?? String(trap);
    }
    this.#module = this.#full;
    this.#full = undefined;
    this.#fallbacks += 1;
    this.#engine = this.#begun();
    tell(trap);
    return undefined;
  }

  /** A fresh instance, which goes on counting where the one before stopped. */
  #begun() {
    const engine = this.#create(this.#module);
    engine.begin(this.#full !== undefined, this.#fallbacks);
    const counters = countersOf(engine);
    if (this.#counters) counters().set(this.#counters());
    this.#counters = counters;
    return engine;
  }
}

/**
 * @param {Engine} engine
 * @returns {string | undefined}
 */
function panicOf(engine) {
  try {
    return engine.lastPanic();
  } catch {
    return undefined; // The trap took this function down too; the trap's own message is all there is.
  }
}

/**
 * Once for an isolate, in the form of the requests' log lines.
 * @param {unknown} trap
 */
function tell(trap) {
  const detail =
    "a request needs code that was trimmed away; the full module answers it, and all later ones. " +
    "Build with such a request among the examples to avoid this.";
  console.log(JSON.stringify({ level: "warn", message: "fallback", detail, error: String(trap) }));
}
