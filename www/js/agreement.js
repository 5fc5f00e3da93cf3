// Whether the page and the edge say the same, for the same input.
import { indexOfTop } from "./chart.js";
import { make } from "./dom.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {"same" | "agree" | "differ"} Verdict
 */

/**
 * @param {Answer} here
 * @param {Answer} edge
 * @returns {{ verdict: Verdict, difference: number }} `same`: bit for bit; `difference`: the largest of any score
 */
export function compare(here, edge) {
  const difference = Math.max(...here.scores.map((score, index) => Math.abs(score - (edge.scores[index] ?? NaN))));
  const [ours, theirs] = [here, edge].map(({ labels, scores }) => labels[indexOfTop(scores)]);
  if (ours !== theirs || Number.isNaN(difference)) return { verdict: "differ", difference };
  return { verdict: difference === 0 ? "same" : "agree", difference };
}

/**
 * @param {HTMLElement} place
 * @param {{ verdict: Verdict, difference: number }} comparison
 */
export function showComparison(place, { verdict, difference }) {
  const texts = {
    same: ["Page and edge agree", "The same label, and every probability the same to the last bit."],
    agree: ["Page and edge agree", `The same label; probabilities differ by at most ${difference.toExponential(1)}.`],
    differ: ["Page and edge differ", `Not the same label for this input; scores differ by up to ${difference.toFixed(3)}.`],
  };
  const [headline = "", detail = ""] = texts[verdict];
  show(place, verdict === "differ" ? "differ" : "agree", headline, detail);
}

/** What is said where there is nothing to compare, or not yet. */
const NOTHING = {
  none: ["Two places, one engine", "Both get the same input; here you see whether they agree."],
  alone: ["Only this page answers", "There is no answer from an edge to compare with."],
  pending: ["Comparing", "The edge is asked once the input comes to rest."],
  refused: ["Nothing to compare", "There are not two answers for this input."],
};

/**
 * @param {HTMLElement} place
 * @param {keyof typeof NOTHING} state
 */
export function showNoComparison(place, state) {
  const [headline = "", detail = ""] = NOTHING[state];
  show(place, state, headline, detail);
}

/**
 * @param {HTMLElement} place
 * @param {string} state
 * @param {string} headline
 * @param {string} detail
 */
function show(place, state, headline, detail) {
  if (place.dataset.state === state && place.querySelector("p")?.textContent === detail) return;
  place.dataset.state = state;
  place.replaceChildren(make("div", {}, make("h3", {}, headline), make("p", {}, detail)));
}
