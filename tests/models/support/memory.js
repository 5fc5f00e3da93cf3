// Imported before a package: remembers the memory of the engine that it instantiates.

/** @type {WebAssembly.Memory | undefined} */
let memory;

const original = WebAssembly.instantiate;
/** @param {any} source @param {any} imports */
const spy = async (source, imports) => {
  const made = /** @type {any} */ (await original(source, imports));
  const { exports } = made.instance ?? made;
  memory = Object.values(exports).find((value) => value instanceof WebAssembly.Memory) ?? memory;
  return made;
};
WebAssembly.instantiate = /** @type {any} */ (spy);

/** Bytes of the last engine's memory. */
export function memoryBytes() {
  return memory?.buffer.byteLength ?? 0;
}
