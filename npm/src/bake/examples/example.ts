import type { EngineOptions } from "../../runtime/engine.js";

/** A call to make while baking: what it runs stays in the lean module. */
export interface Example {
  /** What is particular about it, for messages. */
  about: string;
  /** As the engine takes it. */
  input: unknown;
  options?: EngineOptions;
}
