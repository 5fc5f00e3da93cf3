// What the shim uses of the glue that xtask makes of `worker/src/platform/`; see there for what each does.

/** The bindings of wrangler.toml. */
export type Env = Record<string, unknown>;

/** One instance of the Worker's module. */
export interface Engine {
  begin(lean: boolean, fallbacks: number): void;
  lastPanic(): string | undefined;
  countersAt(): number;
  countersLength(): number;
  noteInFlight(count: number): void;
  bodyLimit(request: Request, env: Env): number;
  answer(request: Request, env: Env, body: Uint8Array): Response;
  answerTooLarge(request: Request, env: Env): Response;
  answerBroken(request: Request, env: Env): Response;
  looksAtEdge(env: Env): boolean;
  edgeKey(request: Request, env: Env, body: Uint8Array): string | undefined;
  keep(request: Request, env: Env, url: string, kept: Response, body: Uint8Array): void;
  kept(env: Env, url: string): Response | undefined;
  sender(request: Request, env: Env): string;
  answerRateLimited(request: Request, env: Env): Response;
  answerCrash(request: Request, env: Env, message: string): Response;
  exports: { memory: WebAssembly.Memory };
}

export function createEngineSync(module: WebAssembly.Module): Engine;

declare global {
  /** What the Workers runtime adds to browsers' `caches`; absent where the shim runs outside of it. */
  interface CacheStorage {
    readonly default?: Cache;
  }
}
