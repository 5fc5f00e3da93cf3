// The built Worker, in which a request can ask for a disaster: `x-disaster: panic`, `trap` or `overflow`, when the
// wasm looks at the request for the `x-disaster-at`th time. The wasm is the one that ships: it is the request object
// that is poisoned.
import worker from "../../../target/worker/src/index.js";
// (module (func (export "trap") unreachable))
import trapping from "./trap.wasm";

const { trap } = new WebAssembly.Instance(trapping).exports;

/** What is done instead of giving the headers' entries, for which the wasm alone asks. */
const disasters = {
  /** Headers that are no texts: workers-rs unwraps them, a genuine Rust panic. */
  panic: () => [[1, 2]].values(),
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
  const headers = instead(request.headers, (name) => (name === "entries" && --looks === 0 ? disaster : undefined));
  return instead(request, (name) => (name === "headers" ? headers : undefined));
}

/**
 * An object with other properties, where `other` gives one.
 * @template {object} T
 * @param {T} object
 * @param {(name: string | symbol) => unknown} other
 * @returns {T}
 */
function instead(object, other) {
  return new Proxy(object, {
    get(target, name) {
      const value = other(name) ?? Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

export default {
  fetch: (request, env, context) => worker.fetch(poisoned(request), env, context),
};
