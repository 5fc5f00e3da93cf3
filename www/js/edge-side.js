// The column "At the edge": posts the input once it has come to rest; says calmly when there is no edge to ask.
import { make } from "./dom.js";
import { EdgeAway, edgeModel, edgePredict, EdgeRefusal } from "./edge.js";
import { latestWins, whenQuiet } from "./latest.js";
import { answerOf, labelledOutput } from "./scores.js";

/**
 * @typedef {import("./answer.js").AnswerColumn} AnswerColumn
 * @typedef {import("./duo.js").Input} Input
 * @typedef {import("./types.js").Answer} Answer
 */

const QUIET_MS = 160;

export class EdgeSide {
  #column;
  #name;
  #answered;
  #refused;
  #found;
  /** @type {ReturnType<typeof labelledOutput> | undefined} */
  #output;
  /** @type {Input | undefined} */
  #input;
  #postNext;

  /**
   * @param {AnswerColumn} column
   * @param {string} name of the model
   * @param {{ answered: (input: Input, answer: Answer) => void, refused: (input: Input) => void, found: (found: boolean) => void }} events
   */
  constructor(column, name, { answered, refused, found }) {
    this.#column = column;
    this.#name = name;
    this.#answered = answered;
    this.#refused = refused;
    this.#found = found;
    this.#postNext = whenQuiet(QUIET_MS, latestWins((/** @type {Input} */ input) => this.#post(input)));
    addEventListener("online", () => this.#again());
  }

  /** Whether the edge is there and serves this model. */
  get here() {
    return this.#output !== undefined;
  }

  async connect() {
    this.#column.tell("calm", "Looking for the edge");
    try {
      const description = await edgeModel();
      if (description.name === this.#name) this.#connected(labelledOutput(description));
      else this.#other(description.name);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** @param {Input | undefined} input */
  ask(input) {
    this.#input = input;
    if (!this.#output) return;
    if (input) this.#postNext(input);
    else this.#column.empty(this.#output.labels);
  }

  /** @param {Input} input */
  async #post(input) {
    if (!this.#output || input !== this.#input) return;
    try {
      const { prediction, milliseconds } = await edgePredict(await input.post());
      const answer = answerOf(prediction, this.#output);
      if (!this.#input) return;
      this.#column.show(answer, milliseconds);
      this.#answered(input, answer);
    } catch (error) {
      this.#failed(error);
      this.#refused(input);
    }
  }

  /** @param {ReturnType<typeof labelledOutput>} output */
  #connected(output) {
    this.#output = output;
    this.#found(true);
    this.#column.empty(output.labels);
    this.ask(this.#input);
  }

  /** @param {string} served */
  #other(served) {
    this.#column.tell("calm", `The edge here serves ${served}`, "A Worker holds one model, chosen when it is built. This page holds both.");
    this.#found(false);
  }

  /** @param {unknown} error */
  #failed(error) {
    if (error instanceof EdgeAway) this.#away(error);
    else if (error instanceof EdgeRefusal) this.#column.tell("problem", error.message, make("ul", {}, ...error.problems.map((line) => make("li", {}, line))));
    else this.#column.tell("problem", "The edge gave an answer this page can’t read", error instanceof Error ? error.message : String(error));
  }

  /** @param {unknown} error */
  #away(error) {
    this.#output = undefined;
    const unreachable = error instanceof EdgeAway && error.reason === "unreachable";
    const retry = make("button", { className: "button", type: "button", onclick: () => void this.#again() }, "Look again");
    if (unreachable) this.#column.tell("calm", "The edge is out of reach", "There is no connection to it right now. This page goes on without it.", retry);
    else this.#column.tell("calm", "No edge on this address", "This page is served as plain files, without the Worker. Everything here works without it.", make("p", {}, "To see both: ", make("code", {}, "cargo xtask serve")));
    this.#found(false);
  }

  async #again() {
    if (!this.#output) await this.connect();
  }
}
