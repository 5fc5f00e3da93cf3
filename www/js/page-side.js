// The column "In this page": loads the package with its progress shown, and predicts the latest input.
import { make } from "./dom.js";
import { latestWins, perFrame } from "./latest.js";
import { loadModel, transferredBytes } from "./package.js";
import { answerOf, labelledOutput } from "./scores.js";

/**
 * @typedef {import("./answer.js").AnswerColumn} AnswerColumn
 * @typedef {import("./duo.js").Input} Input
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Description} Description
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").ModuleSize} ModuleSize
 */

export class PageSide {
  #column;
  #name;
  #answered;
  #refused;
  /** @type {{ model: Model, output: ReturnType<typeof labelledOutput> } | undefined} */
  #ready;
  /** @type {Input | undefined} */
  #input;
  #predictNext;

  /**
   * @param {AnswerColumn} column
   * @param {string} name of the model
   * @param {{ answered: (input: Input, answer: Answer) => void, refused: (input: Input) => void }} events
   */
  constructor(column, name, { answered, refused }) {
    this.#column = column;
    this.#name = name;
    this.#answered = answered;
    this.#refused = refused;
    this.#predictNext = perFrame(latestWins((/** @type {Input} */ input) => this.#predict(input)));
  }

  /** @returns {Promise<{ description: Description, size: ModuleSize }>} when the model is ready, however many tries it took */
  async load() {
    for (;;) {
      try {
        return await this.#tryToLoad();
      } catch (error) {
        await this.#askForRetry(error);
      }
    }
  }

  /** @param {Input | undefined} input */
  ask(input) {
    this.#input = input;
    if (!this.#ready) return;
    if (input) this.#predictNext(input);
    else this.#column.empty(this.#ready.output.labels);
  }

  async #tryToLoad() {
    const bar = make("progress", { max: 1 });
    const words = make("p", {}, " ");
    bar.setAttribute("aria-label", "Module arriving");
    this.#column.tell("calm", "The module is arriving", bar, words);
    let bytes = 0;
    const model = await loadModel(this.#name, ({ loaded, total }) => {
      bytes = loaded;
      if (total) bar.value = Math.min(1, loaded / total);
      words.textContent = total && loaded >= total ? "Starting the engine" : progressWords(loaded, total);
    });
    const description = model.describe();
    this.#ready = { model, output: labelledOutput(description) };
    this.#column.where(`WebAssembly, ${description.engine.simd} SIMD`);
    this.ask(this.#input);
    return { description, size: { bytes, transferred: transferredBytes(this.#name) } };
  }

  /** @param {unknown} error */
  #askForRetry(error) {
    const offline = !navigator.onLine;
    const why = offline ? "There is no connection, and this model has not been fetched before." : messageOf(error);
    const retry = make("button", { className: "button", type: "button" }, "Try again");
    this.#column.tell("problem", "The model could not be loaded", why, retry);
    return new Promise((resolve) => retry.addEventListener("click", resolve, { once: true }));
  }

  /** @param {Input} input */
  async #predict(input) {
    if (!this.#ready) return;
    const { model, output } = this.#ready;
    const began = performance.now();
    try {
      const answer = answerOf(await model.predict(input.value), output);
      // The pad may have been cleared meanwhile; a newer drawing's answer follows, and until then this one moves the bars.
      if (!this.#input) return;
      this.#column.show(answer, performance.now() - began);
      this.#answered(input, answer);
    } catch (error) {
      if (input !== this.#input) return;
      this.#column.tell("problem", "This input could not be predicted", problemList(error));
      this.#refused(input);
    }
  }
}

/**
 * @param {number} loaded
 * @param {number | undefined} total
 */
function progressWords(loaded, total) {
  return total ? `${inMegabytes(loaded)} of ${inMegabytes(total)} MB` : `${inMegabytes(loaded)} MB`;
}

/** @param {number} bytes */
function inMegabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Every problem that the engine names, or its message.
 * @param {unknown} error
 */
function problemList(error) {
  const problems = /** @type {{ problems?: readonly { field: string, message: string }[] }} */ (error)?.problems ?? [];
  const lines = problems.length > 0 ? problems.map(({ field, message }) => `${field}: ${message}`) : [messageOf(error)];
  return make("ul", {}, ...lines.map((line) => make("li", {}, line)));
}
