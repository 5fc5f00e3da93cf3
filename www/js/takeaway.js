// What the reader takes away: the lines to copy, and the facts about the model.
import { copyButton } from "./copy.js";
import { fromTemplate, make, part } from "./dom.js";
import { factsOf } from "./facts.js";
import { highlighted } from "./highlight.js";

/**
 * @typedef {import("./snippets.js").Snippet} Snippet
 * @typedef {import("./snippets.js").SnippetId} SnippetId
 * @typedef {import("./types.js").Description} Description
 */

export class Takeaway {
  #snippets;
  #facts;
  #lead;
  /** @type {Map<SnippetId, { shown: string, pre: HTMLElement, note: HTMLElement }>} */
  #blocks = new Map();

  /** @param {HTMLElement} panel */
  constructor(panel) {
    const fragment = fromTemplate("takeaway-template");
    this.#snippets = part(fragment, "snippets", HTMLElement);
    this.#facts = part(fragment, "facts", HTMLElement);
    this.#lead = part(fragment, "facts-lead", HTMLElement);
    part(panel, "takeaway", HTMLElement).append(fragment);
  }

  /** @param {readonly Snippet[]} snippets */
  snippets(snippets) {
    for (const snippet of snippets) this.#write(this.#blocks.get(snippet.id) ?? this.#block(snippet), snippet);
  }

  /**
   * @param {Description} description
   * @param {import("./types.js").ModuleSize} size
   */
  facts(description, size) {
    this.#lead.textContent = description.description ?? "";
    this.#facts.replaceChildren(...factsOf(description, size).map(({ term, value, wide }) => row(term, value, wide)));
  }

  /**
   * Only what has changed is touched, so that a selection or focus in a snippet survives the drawing.
   * @param {{ shown: string, pre: HTMLElement, note: HTMLElement }} block
   * @param {Snippet} snippet
   */
  #write(block, { code, note }) {
    if (block.shown !== code) block.pre.replaceChildren(...highlighted(code));
    block.shown = code;
    const focused = block.note.contains(document.activeElement);
    if (!focused) block.note.replaceChildren(...note);
    block.note.hidden = note.length === 0;
  }

  /** @param {Snippet} snippet */
  #block({ id, title }) {
    const pre = make("pre", { tabIndex: 0 });
    pre.setAttribute("role", "region");
    pre.setAttribute("aria-label", `${title} snippet`);
    pre.toggleAttribute("data-wrap", id === "curl");
    const note = make("p", { className: "note" });
    const block = { shown: "", pre, note };
    const section = make("article", { className: "snippet" }, make("header", {}, make("h3", {}, title), copyButton(`the ${title} lines`, pre)), pre, note);
    section.dataset.snippet = id;
    section.toggleAttribute("data-wide", id === "curl");
    this.#snippets.append(section);
    this.#blocks.set(id, block);
    return block;
  }
}

/**
 * @param {string} term
 * @param {string} value
 * @param {boolean | undefined} wide
 */
function row(term, value, wide) {
  const entry = make("div", {}, make("dt", {}, term), make("dd", {}, value));
  entry.toggleAttribute("data-wide", Boolean(wide));
  return entry;
}
