import { handedOver } from "./copy.js";
import type { Engines } from "./engine.js";
import { fromPlain, OnnxletError, toPlain } from "./errors.js";
import { Instance } from "./instance.js";
import { makers } from "./modules.js";
import { NO_CALLS } from "./stats.js";
import type { Caller, PredictRequest, Reply, Request, StartRequest } from "./thread.js";

/** Runs in the thread: answers every request with one reply, whatever happens. */
export function serve(caller: Caller, engines: Engines): void {
  const server = new Server(engines);
  caller.listen(async (request) => {
    const reply = await server.answer(request);
    try {
      caller.reply(reply, reply.type === "predicted" ? handedOver(reply.prediction.outputs).transfer : []);
    } catch (error) {
      caller.reply(server.failed(error), []);
    }
  });
}

/** Gives the full module to the engine that waits for it. */
interface Waiting {
  resolve(module: WebAssembly.Module): void;
  reject(error: OnnxletError): void;
}

class Server {
  readonly #engines: Engines;
  #instance: Instance | undefined;
  /** The reply to the start or call under way. */
  #underWay: Promise<Reply> | undefined;
  /** Tells of an engine that lacks code, and what waits for the full module. */
  #lacks: () => void = () => {};
  #waiting: Waiting | undefined;

  constructor(engines: Engines) {
    this.#engines = engines;
  }

  async answer(request: Request): Promise<Reply> {
    // Made first: a call may meet missing code before it returns its promise.
    const lacking = new Promise<Reply>((resolve) => {
      this.#lacks = () => resolve({ type: "lacking" });
    });
    try {
      if (request.type === "full") this.#waiting?.resolve(request.module);
      else if (request.type === "no-full") this.#waiting?.reject(fromPlain(request.error));
      else this.#underWay = request.type === "start" ? this.#start(request) : this.#predict(request);
      if (!this.#underWay) throw new OnnxletError("load", "the thread was given a module before it was started");
      return await Promise.race([this.#underWay, lacking]);
    } catch (error) {
      return this.failed(error);
    }
  }

  failed(error: unknown): Reply {
    return { type: "failed", error: toPlain(error), stats: this.#instance?.stats ?? NO_CALLS };
  }

  async #start({ module, simd, trimmed }: StartRequest): Promise<Reply> {
    const createEngine = this.#engines[simd];
    if (!createEngine) throw new OnnxletError("load", `the thread has no ${simd} build`);
    const full = trimmed ? () => this.#fullModule() : undefined;
    this.#instance = await Instance.start(makers(createEngine, { first: module, full }));
    return { type: "started", description: this.#instance.description };
  }

  /** Asks the other side for the full module. */
  #fullModule(): Promise<WebAssembly.Module> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#lacks();
    });
  }

  async #predict({ input, options }: PredictRequest): Promise<Reply> {
    if (!this.#instance) throw new OnnxletError("load", "the thread was asked to predict before it was started");
    const prediction = await this.#instance.run(input, options);
    return { type: "predicted", prediction, stats: this.#instance.stats };
  }
}
