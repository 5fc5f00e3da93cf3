import { handedOver } from "./copy.js";
import type { Engines } from "./engine.js";
import { OnnxletError, toPlain } from "./errors.js";
import { Instance } from "./instance.js";
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

class Server {
  readonly #engines: Engines;
  #instance: Instance | undefined;

  constructor(engines: Engines) {
    this.#engines = engines;
  }

  async answer(request: Request): Promise<Reply> {
    try {
      return await (request.type === "start" ? this.#start(request) : this.#predict(request));
    } catch (error) {
      return this.failed(error);
    }
  }

  failed(error: unknown): Reply {
    return { type: "failed", error: toPlain(error), stats: this.#instance?.stats ?? { predictions: 0, traps: 0 } };
  }

  async #start({ module, simd }: StartRequest): Promise<Reply> {
    const createEngine = this.#engines[simd];
    if (!createEngine) throw new OnnxletError("load", `the thread has no ${simd} build`);
    this.#instance = await Instance.start(() => createEngine(module));
    return { type: "started", description: this.#instance.description };
  }

  async #predict({ input, options }: PredictRequest): Promise<Reply> {
    if (!this.#instance) throw new OnnxletError("load", "the thread was asked to predict before it was started");
    const prediction = await this.#instance.run(input, options);
    return { type: "predicted", prediction, stats: this.#instance.stats };
  }
}
