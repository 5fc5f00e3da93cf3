// The built Worker, in which a request can ask for a disaster: `x-disaster: panic`, `trap` or `overflow`, when the
// wasm looks at the request for the `x-disaster-at`th time. The wasm is the one that ships: it is the request object
// that is poisoned.
import worker from "../../../target/worker/src/index.js";
// (module (func (export "trap") unreachable))
import trapping from "./trap.wasm";

const { trap } = new WebAssembly.Instance(trapping).exports;

const disasters = {
  /** Headers that are no texts: workers-rs unwraps them, a genuine Rust panic. */
  panic: () => ({ entries: () => [[1, 2]].values() }),
  /** A WebAssembly trap without a panic. */
  trap,
  /** The stack overflows. */
  overflow: function overflow() {
    return [overflow()];
  },
};

/** @param {Request} request */
function poisoned(request) {
  const disaster = disasters[request.headers.get("x-disaster")];
  if (!disaster) return request;
  let looks = Number(request.headers.get("x-disaster-at"));
  return new Proxy(request, {
    get(target, name) {
      if (name === "headers" && --looks === 0) return disaster();
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

export default {
  fetch: (request, env, context) => worker.fetch(poisoned(request), env, context),
};
