// The panel of a tabular model: its form is made from its card, and the answer follows every change.
import { shortAnswer } from "./answer.js";
import { byId, part } from "./dom.js";
import { Duo } from "./duo.js";
import { Field } from "./fields.js";
import { perFrame } from "./latest.js";
import { tabularSnippets } from "./snippets.js";
import { Takeaway } from "./takeaway.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Card} Card
 * @typedef {import("./types.js").Description} Description
 */

export class TabularPanel {
  #model;
  #element;
  #takeaway;
  #duo;
  #changed = perFrame(() => this.#show());
  /** @type {Map<string, Field>} */
  #fields = new Map();
  #inputName = "";
  #edgeFound = false;
  /** @type {Answer | undefined} */
  #answer;

  /** @param {string} model its name, and the id of its panel */
  constructor(model) {
    this.#model = model;
    this.#element = byId(model);
    this.#takeaway = new Takeaway(this.#element);
    this.#duo = new Duo(this.#element, {
      model,
      hint: "Fill in every field.",
      answered: (answer) => this.#answered(answer),
      edgeFound: (found) => this.#edgeWas(found),
    });
    this.#followForm(part(this.#element, "form", HTMLFormElement));
  }

  /** @returns {Promise<Description>} when the model is ready */
  async start() {
    const { description, size } = await this.#duo.start();
    this.#makeFields(description);
    this.#takeaway.facts(description, size);
    this.#changed(undefined);
    return description;
  }

  /** @param {HTMLFormElement} form */
  #followForm(form) {
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => {
      event.preventDefault(); // The defaults are the card's, not the markup's.
      for (const field of this.#fields.values()) field.reset();
      this.#changed(undefined);
    });
  }

  /** @param {Description} description */
  #makeFields(description) {
    const { name, features } = featuresOf(description);
    this.#inputName = name;
    for (const feature of features) this.#fields.set(feature.name, new Field(feature, () => this.#changed(undefined)));
    part(this.#element, "fields", HTMLElement).replaceChildren(...[...this.#fields.values()].map(({ element }) => element));
  }

  #values() {
    return Object.fromEntries([...this.#fields].map(([name, field]) => [name, field.value]));
  }

  #show() {
    const values = this.#values();
    const complete = Object.values(values).every(Number.isFinite);
    const body = { [this.#inputName]: values };
    const post = async () => ({ body: JSON.stringify(body), type: "application/json" });
    this.#duo.ask(complete ? { value: body, post } : undefined);
    if (complete) this.#describe();
  }

  /** @param {Answer} answer */
  #answered(answer) {
    this.#answer = answer;
    part(this.#element, "form-answer", HTMLElement).replaceChildren(...shortAnswer(answer));
    this.#describe();
  }

  /** @param {boolean} found */
  #edgeWas(found) {
    this.#edgeFound = found;
    this.#describe();
  }

  #describe() {
    if (this.#fields.size === 0) return;
    const shown = { model: this.#model, input: this.#inputName, values: this.#values(), answer: this.#answer, edgeFound: this.#edgeFound };
    this.#takeaway.snippets(tabularSnippets(shown));
  }
}

/**
 * The input whose features the card names.
 * @param {Description} description
 */
function featuresOf(description) {
  const { inputs = {} } = /** @type {Card} */ (description.card);
  for (const [name, { features }] of Object.entries(inputs)) if (features) return { name, features };
  throw new Error(`the card of ${description.name} names no features, so there is no form to make`);
}
