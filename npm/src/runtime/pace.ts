/** A part that takes less than this, in milliseconds, isn't worth its way to another thread and back (0.2 to 0.4 ms). */
const WORTH = 1;

/** How fast a model's examples are answered, to tell into how many parts a batch is worth cutting. */
export class Pace {
  /** Milliseconds an example; unknown before the first batch. */
  #each: number | undefined;

  /** Into how many parts, at most `most`, to cut a batch of so many examples. */
  parts(examples: number, most: number): number {
    const worth = this.#each === undefined ? most : Math.floor((examples * this.#each) / WORTH);
    return Math.max(1, Math.min(most, examples, worth));
  }

  /** Learns from a batch that its thread took so many milliseconds for. The last counts as much as all before it. */
  note(examples: number, milliseconds: number): void {
    const each = milliseconds / examples;
    this.#each = this.#each === undefined ? each : (this.#each + each) / 2;
  }
}
