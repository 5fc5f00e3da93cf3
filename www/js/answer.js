// A column with one answer: the label in large, all bars, the time it took; or, in plain words, why there is none.
import { Chart, indexOfTop, percent } from "./chart.js";
import { fromTemplate, make, part } from "./dom.js";
import { inMilliseconds, Latency } from "./latency.js";

/** @typedef {import("./types.js").Answer} Answer */

export class AnswerColumn {
  #card;
  #label;
  #score;
  #chart;
  #chartList;
  #verdict;
  #notice;
  #footer;
  #where;
  #timed;
  #latency = new Latency();
  #hint;

  /**
   * @param {HTMLElement} parent
   * @param {{ id: string, title: string, where: string, timed: string, hint: string }} texts
   *   `timed` says what the time is of, `hint` what to do while there is nothing to show
   */
  constructor(parent, { id, title, where, timed, hint }) {
    const fragment = fromTemplate("answer-template");
    this.#card = /** @type {HTMLElement} */ (fragment.firstElementChild);
    this.#card.id = id;
    this.#card.setAttribute("aria-labelledby", `${id}-title`);
    const heading = part(fragment, "title", HTMLElement);
    heading.id = `${id}-title`;
    heading.textContent = title;
    this.#where = part(fragment, "where", HTMLElement);
    this.#label = part(fragment, "label", HTMLElement);
    this.#score = part(fragment, "score", HTMLElement);
    this.#verdict = part(fragment, "verdict", HTMLElement);
    this.#notice = part(fragment, "notice", HTMLElement);
    this.#footer = part(fragment, "latency", HTMLElement);
    this.#chartList = part(fragment, "chart", HTMLUListElement);
    this.#chart = new Chart(this.#chartList, `${title}: probability of each class`);
    this.#timed = timed;
    this.#hint = hint;
    this.where(where);
    parent.append(fragment);
  }

  /** @param {string} text where this answer is computed */
  where(text) {
    this.#where.textContent = text;
  }

  /**
   * @param {Answer} answer
   * @param {number} milliseconds it took
   */
  show(answer, milliseconds) {
    this.#reveal("answered");
    this.#chart.label(answer.labels);
    this.#chart.show(answer.scores);
    const top = indexOfTop(answer.scores);
    const label = answer.labels[top] ?? "";
    this.#label.textContent = label;
    this.#label.toggleAttribute("data-words", label.length > 2);
    this.#score.replaceChildren(make("strong", {}, percent(answer.scores[top] ?? 0)), runnerUp(answer, top));
    this.#latency.add(milliseconds);
    this.#footer.replaceChildren(make("b", {}, inMilliseconds(this.#latency.median)), ` ${this.#timed}`, this.#sample());
  }

  /** @param {readonly string[]} labels shows empty bars and the hint */
  empty(labels) {
    this.#reveal("empty");
    this.#chart.label(labels);
    this.#chart.clear();
    this.#label.textContent = "–";
    this.#label.removeAttribute("data-words");
    this.#score.textContent = this.#hint;
  }

  /**
   * Words in place of an answer.
   * @param {"calm" | "problem"} kind
   * @param {string} headline
   * @param {(string | Node)[]} more
   */
  tell(kind, headline, ...more) {
    this.#reveal("told");
    this.#notice.dataset.kind = kind;
    this.#notice.replaceChildren(make("strong", {}, headline), ...more.map((item) => (typeof item === "string" ? make("p", {}, item) : item)));
    this.#footer.textContent = "";
  }

  /** @param {"answered" | "empty" | "told"} state */
  #reveal(state) {
    this.#card.dataset.state = state;
    const told = state === "told";
    this.#notice.hidden = !told;
    this.#verdict.hidden = this.#chartList.hidden = told;
  }

  #sample() {
    return this.#latency.count > 1 ? ` · median of the last ${this.#latency.count}` : "";
  }
}

/**
 * @param {Answer} answer
 * @param {number} top
 */
function runnerUp({ labels, scores }, top) {
  const rest = scores.map((score, index) => (index === top ? -1 : score));
  const second = indexOfTop(rest);
  return `then ${labels[second] ?? ""}, ${percent(scores[second] ?? 0)}`;
}

/**
 * The answer in short, for beside the input where the column itself may be out of sight.
 * @param {Answer} answer
 * @returns {(Node | string)[]}
 */
export function shortAnswer({ labels, scores }) {
  const top = indexOfTop(scores);
  return [make("b", {}, labels[top] ?? ""), percent(scores[top] ?? 0)];
}
