// How much WebAssembly memory an engine has, however it makes it.

/**
 * Notes every memory that is made or exported from now on.
 * @returns {{ bytes(): number }}
 */
export function watchMemories() {
  /** @type {Set<WebAssembly.Memory>} */
  const memories = new Set();
  /** @param {WebAssembly.Instance} instance */
  const note = ({ exports }) => {
    for (const item of Object.values(exports)) if (item instanceof WebAssembly.Memory) memories.add(item);
  };
  const { instantiate, instantiateStreaming } = WebAssembly;
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(target, parameters, newTarget) {
      const memory = Reflect.construct(target, parameters, newTarget);
      memories.add(memory);
      return memory;
    },
  });
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, parameters, newTarget) {
      const instance = Reflect.construct(target, parameters, newTarget);
      note(instance);
      return instance;
    },
  });
  /**
   * @param {typeof instantiate | typeof instantiateStreaming} original
   * @returns {any}
   */
  const noting = (original) => async (/** @type {any[]} */ ...parameters) => {
    const made = await Reflect.apply(original, WebAssembly, parameters);
    note("instance" in made ? made.instance : made);
    return made;
  };
  WebAssembly.instantiate = noting(instantiate);
  if (instantiateStreaming) WebAssembly.instantiateStreaming = noting(instantiateStreaming);
  return { bytes: () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0) };
}
