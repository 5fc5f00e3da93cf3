import type { CreateEngine, Engine } from "../runtime/engine.js";
import type { Bytes } from "./baker.js";

/** An engine, and the exports of its instance, which the glue keeps to itself. */
export interface Instantiated {
  engine: Engine;
  exports: WebAssembly.Exports;
}

/** Compiles and instantiates an engine's module with its glue. */
export async function instantiate(createEngine: CreateEngine, wasm: Bytes): Promise<Instantiated> {
  const module = await WebAssembly.compile(wasm);
  const original = WebAssembly.instantiate;
  let made: WebAssembly.Instance | undefined;
  const spy = async (source: WebAssembly.Module, imports?: WebAssembly.Imports) => {
    const instance = await original(source, imports);
    if (source === module) made = instance;
    return instance;
  };
  try {
    WebAssembly.instantiate = spy as typeof WebAssembly.instantiate;
    const engine = await createEngine(module);
    if (!made) throw new Error("the engine's glue did not instantiate the module");
    return { engine, exports: made.exports };
  } finally {
    WebAssembly.instantiate = original;
  }
}
