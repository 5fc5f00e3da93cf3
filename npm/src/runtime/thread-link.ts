import { fromPlain, OnnxletError, toPlain, unsendable } from "./errors.js";
import type { LaterModule, Modules } from "./modules.js";
import type { LaterPart, ModuleRequest, Reply, Request, StartRequest, ThreadHandle } from "./thread.js";
import type { Description } from "./types.js";

interface Pending {
  resolve(reply: Reply): void;
  reject(error: OnnxletError): void;
}

/** The modules that a thread may ask for. */
type LaterModules = Pick<Modules, LaterPart>;

/** One thread from its beginning to its end, asked one thing at a time. */
export class ThreadLink {
  readonly #handle: ThreadHandle;
  readonly #later: LaterModules;
  #pending: Pending | undefined;
  #over = false;

  constructor(handle: ThreadHandle, later: LaterModules) {
    this.#handle = handle;
    this.#later = later;
    handle.listen(
      (reply) => this.#settle((pending) => pending.resolve(reply)),
      (cause) => this.end(new OnnxletError("engine", `the model's thread ended: ${cause}`)),
    );
  }

  /** True once the thread has ended, by itself or by `end`. */
  get over(): boolean {
    return this.#over;
  }

  /** Loads the model in the thread; a thread that can't is ended. Every failure here is one of loading. */
  async start(request: StartRequest): Promise<Description> {
    const reply = await this.ask(request, []).catch((cause: OnnxletError) => {
      throw cause.code === "disposed" ? cause : new OnnxletError("load", cause.message, { cause });
    });
    if (reply.type === "started") return reply.description;
    const error = reply.type === "failed" ? fromPlain(reply.error) : new OnnxletError("load", "the thread did not start");
    this.end(error);
    throw error;
  }

  /**
   * Posts a request and waits for its reply, handing over the modules that the thread asks for. Rejects when the thread
   * ends, or when the request can't be posted.
   */
  async ask(request: Request, transfer: ArrayBuffer[]): Promise<Reply> {
    let reply = await this.#post(request, transfer);
    for (let later = this.#asked(reply); later; later = this.#asked(reply)) {
      reply = await this.#post(await moduleRequest(later), []);
    }
    return reply;
  }

  #asked(reply: Reply): LaterModule | undefined {
    return reply.type === "lacking" ? this.#later[reply.part] : undefined;
  }

  #post(request: Request, transfer: ArrayBuffer[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      try {
        this.#handle.post(request, transfer);
      } catch (cause) {
        this.#settle((pending) => pending.reject(unsendable(cause)));
      }
    });
  }

  /** Ends the thread; a request under way is rejected with `error`. */
  end(error: OnnxletError): void {
    if (this.#over) return;
    this.#over = true;
    this.#handle.terminate();
    this.#settle((pending) => pending.reject(error));
  }

  #settle(how: (pending: Pending) => void): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) how(pending);
  }
}

async function moduleRequest(later: LaterModule): Promise<ModuleRequest> {
  try {
    return { type: "module", module: await later() };
  } catch (error) {
    return { type: "no-module", error: toPlain(error) };
  }
}
