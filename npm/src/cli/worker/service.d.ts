// worker/js/service.js, as far as it is used here.

export declare function service(modules: {
  create(module: WebAssembly.Module): unknown;
  first: WebAssembly.Module;
  full: WebAssembly.Module | undefined;
}): { fetch(request: Request, env: object, context: { waitUntil(promise: Promise<unknown>): void }): Promise<Response> };
