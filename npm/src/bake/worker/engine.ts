/** The bindings of `wrangler.toml`. */
export type Env = Readonly<Record<string, unknown>>;

/** One instance of the Worker's module: the functions of `worker/src/platform/`. */
export interface WorkerEngine {
  /** To be called first. */
  begin(lean: boolean, fallbacks: number): void;
  /** The message of the panic that trapped this instance, if one did. */
  lastPanic(): string | undefined;
  /** Where the counters lie, in its memory, and how many bytes they take. */
  countersAt(): number;
  countersLength(): number;
  /** How many requests are being answered. */
  noteInFlight(count: number): void;
  /** How many bytes of the body to read. */
  bodyLimit(request: Request, env: Env): number;
  answer(request: Request, env: Env, body: Uint8Array): Response;
  answerTooLarge(request: Request, env: Env): Response;
  answerBroken(request: Request, env: Env): Response;
  edgeKey(request: Request, env: Env, body: Uint8Array): string | undefined;
  looksAtEdge(env: Env): boolean;
  keep(request: Request, env: Env, url: string, kept: Response, body: Uint8Array): void;
  kept(env: Env, url: string): Response | undefined;
  /** Forgets what requests have left. */
  forget(env: Env): void;
  /** Whom the rate limit counts a request of. */
  sender(request: Request, env: Env): string;
  answerRateLimited(request: Request, env: Env): Response;
  answerCrash(request: Request, env: Env, message: string): Response;
  /** What the module exports, which the functions above call. */
  exports: WebAssembly.Exports;
}

/** Instantiates a compiled module with its glue. */
export type CreateWorker = (module: WebAssembly.Module) => Promise<WorkerEngine>;
