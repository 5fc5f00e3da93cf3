import type { Phase } from "../bake/bake.js";

const WORDS: Readonly<Record<Phase, string>> = {
  load: "loading the model",
  snapshot: "taking the memory image",
  examples: "running examples",
  trim: "trimming the code",
  verify: "comparing lean with full",
};

/** Tells of each phase as it ends, with the time that it took. */
export class Progress {
  #current: { about: string; since: number } | undefined;

  /** Begins a phase of a bake. */
  phase(build: string, phase: Phase): void {
    this.begin(`${build}: ${WORDS[phase]}`);
  }

  begin(about: string): void {
    this.end();
    this.#current = { about, since: performance.now() };
  }

  end(): void {
    if (!this.#current) return;
    const { about, since } = this.#current;
    console.error(`  ${about.padEnd(40)} ${((performance.now() - since) / 1000).toFixed(1).padStart(6)} s`);
    this.#current = undefined;
  }
}
