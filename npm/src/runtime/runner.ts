import type { EngineOptions } from "./engine.js";
import type { Description, Prediction, Stats } from "./types.js";

/** What runs predictions: an instance on this thread, or several on other threads. */
export interface Runner {
  readonly description: Description;
  readonly stats: Stats;
  /** Predicts from an input that the engine understands. */
  run(input: unknown, options: EngineOptions, delivery: Delivery): Promise<Prediction>;
  dispose(): void;
}

/** What concerns the way to the engine, not the engine. */
export interface Delivery {
  /** Lets a call be dropped that has not begun. */
  signal?: AbortSignal | undefined;
  /** Moves the input's buffers instead of copying them, where they must cross a thread. */
  transfer?: boolean | undefined;
}
