// One input, two answers: computed in this page and asked of the edge, side by side, and compared.
import { compare, showComparison, showNoComparison } from "./agreement.js";
import { announce } from "./announce.js";
import { AnswerColumn } from "./answer.js";
import { indexOfTop, percent } from "./chart.js";
import { part } from "./dom.js";
import { EdgeSide } from "./edge-side.js";
import { PageSide } from "./page-side.js";

/**
 * @typedef {import("./edge.js").Posted} Posted
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Description} Description
 */

/**
 * What is predicted: the same thing for the package and for HTTP.
 * @typedef {object} Input
 * @property {unknown} value for `predict`
 * @property {() => Promise<Posted>} post the body for the edge, made only when it is asked
 */

export class Duo {
  #agreement;
  #page;
  #edge;
  /** @type {Input | undefined} */
  #input;
  /** @type {{ input: Input, answer: Answer } | undefined} */
  #here;
  /** @type {{ input: Input, answer: Answer } | undefined} */
  #there;
  /** @type {Input | undefined} the latest that one of the two gave no answer for */
  #refused;

  /**
   * @param {HTMLElement} panel
   * @param {{ model: string, hint: string, answered: (answer: Answer) => void, edgeFound: (found: boolean) => void }} options
   *   `hint` is shown while there is no input; `edgeFound` is told whether this address serves the model
   */
  constructor(panel, { model, hint, answered, edgeFound }) {
    const answers = part(panel, "answers", HTMLElement);
    this.#agreement = part(panel, "agreement", HTMLElement);
    const here = new AnswerColumn(answers, {
      id: `${model}-here`, title: "In this page", where: "WebAssembly, own thread", timed: "to predict", hint,
    });
    const edge = new AnswerColumn(answers, { id: `${model}-edge`, title: "At the edge", where: "POST /predict", timed: "round trip", hint });
    const refused = (/** @type {Input} */ input) => {
      this.#refused = input;
      this.#settle();
    };
    this.#page = new PageSide(here, model, {
      answered: (input, answer) => {
        this.#here = { input, answer };
        answered(answer);
        this.#settle();
      },
      refused,
    });
    this.#edge = new EdgeSide(edge, model, {
      answered: (input, answer) => {
        this.#there = { input, answer };
        this.#settle();
      },
      refused,
      found: (found) => {
        edgeFound(found);
        this.#settle();
      },
    });
    this.#settle();
  }

  /**
   * Loads the model and looks for the edge.
   * @returns {Promise<{ description: Description, size: import("./types.js").ModuleSize }>} when the model is ready
   */
  start() {
    void this.#edge.connect();
    return this.#page.load();
  }

  /** @param {Input | undefined} input nothing empties both columns */
  ask(input) {
    this.#input = input;
    this.#page.ask(input);
    this.#edge.ask(input);
    this.#settle();
  }

  /** Why there is no comparison. */
  #whyNot() {
    if (!this.#edge.here) return "alone";
    if (!this.#input) return "none";
    return this.#refused === this.#input ? "refused" : "pending";
  }

  #settle() {
    const here = this.#here?.input === this.#input ? this.#here : undefined;
    const there = this.#there?.input === this.#input ? this.#there : undefined;
    if (here && there) showComparison(this.#agreement, compare(here.answer, there.answer));
    else showNoComparison(this.#agreement, this.#whyNot());
    if (here) announce(sentence(here.answer, there?.answer));
  }
}

/**
 * @param {Answer} here
 * @param {Answer | undefined} there
 */
function sentence(here, there) {
  const top = indexOfTop(here.scores);
  const own = `In this page: ${here.labels[top]}, ${percent(here.scores[top] ?? 0)}.`;
  if (!there) return own;
  const { verdict } = compare(here, there);
  return `${own} ${verdict === "differ" ? `The edge differs: ${there.labels[indexOfTop(there.scores)]}.` : "The edge agrees."}`;
}
