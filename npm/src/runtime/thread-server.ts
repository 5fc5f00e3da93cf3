import { handedOver } from "./copy.js";
import { fromPlain, OnnxletError, toPlain } from "./errors.js";
import { Instance } from "./instance.js";
import { glueOf, makers, type Scripts } from "./modules.js";
import { type Posted, posted } from "./posted.js";
import { NO_CALLS } from "./stats.js";
import type { Caller, LaterPart, PredictRequest, Reply, Request, StartRequest } from "./thread.js";

/** Runs in the thread: answers every request with one reply, whatever happens. */
export function serve(caller: Caller, scripts: Scripts): void {
  const server = new Server(scripts);
  caller.listen(async (request) => {
    const reply = await server.answer(request);
    try {
      caller.reply(reply, reply.type === "predicted" ? moved(reply.answer) : []);
    } catch (error) {
      caller.reply(server.failed(error), []);
    }
  });
}

/** The buffers that leave with an answer. Other rankings than of numbers have none, and would take long to look through. */
function moved({ outputs, rankings }: Posted): ArrayBuffer[] {
  return handedOver({ outputs, rankings }).transfer;
}

/** Gives a module to who waits for it. */
interface Waiting {
  resolve(module: WebAssembly.Module): void;
  reject(error: OnnxletError): void;
}

class Server {
  readonly #scripts: Scripts;
  #instance: Instance | undefined;
  /** The reply to the start or call under way. */
  #underWay: Promise<Reply> | undefined;
  /** Tells of a module that is needed, and what waits for it. */
  #lacks: (part: LaterPart) => void = () => {};
  #waiting: Waiting | undefined;

  constructor(scripts: Scripts) {
    this.#scripts = scripts;
  }

  async answer(request: Request): Promise<Reply> {
    // Made first: a call may need a module before it returns its promise.
    const lacking = new Promise<Reply>((resolve) => {
      this.#lacks = (part) => resolve({ type: "lacking", part });
    });
    try {
      if (request.type === "module") this.#waiting?.resolve(request.module);
      else if (request.type === "no-module") this.#waiting?.reject(fromPlain(request.error));
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

  async #start({ module, simd, later }: StartRequest): Promise<Reply> {
    const asked = (part: LaterPart) => (later.includes(part) ? () => this.#module(part) : undefined);
    const modules = { first: module, full: asked("full"), pictures: asked("pictures") };
    this.#instance = await Instance.start(makers(glueOf(this.#scripts, simd), modules));
    return { type: "started", description: this.#instance.description };
  }

  /** Asks the other side for a module. */
  #module(part: LaterPart): Promise<WebAssembly.Module> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#lacks(part);
    });
  }

  async #predict({ input, options }: PredictRequest): Promise<Reply> {
    if (!this.#instance) throw new OnnxletError("load", "the thread was asked to predict before it was started");
    const begun = performance.now();
    const prediction = await this.#instance.run(input, options);
    const milliseconds = performance.now() - begun;
    return { type: "predicted", answer: posted(prediction, this.#instance.description), milliseconds, stats: this.#instance.stats };
  }
}
