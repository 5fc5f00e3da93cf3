// What the shim uses of the glue that wasm-bindgen makes of `worker/src/platform.rs`; see there for what each does.

/** The bindings of wrangler.toml. */
export type Env = Record<string, unknown>;

export function initSync(options: { module: WebAssembly.Module }): unknown;
/** Replaces the instance by a fresh one. */
export function __wbg_reset_state(): void;

export function warmUp(): void;
export function lastPanic(): string | undefined;
export function bodyLimit(request: Request, env: Env): number;
export function answer(request: Request, env: Env, body: Uint8Array): Response;
export function answerTooLarge(request: Request, env: Env): Response;
export function answerBroken(request: Request, env: Env): Response;
export function answerCrash(request: Request, env: Env, message: string): Response;
