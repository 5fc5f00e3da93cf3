// The panel of a tabular model: its form is made from its card, and the answer follows every change.
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

/**
 * @param {string} model its name, and the id of its panel
 * @returns {{ start: () => Promise<Description> }}
 */
export function tabularPanel(model) {
  const panel = byId(model);
  const form = part(panel, "form", HTMLFormElement);
  const takeaway = new Takeaway(panel);
  /** @type {Map<string, Field>} */
  const fields = new Map();
  let inputName = "";
  let edgeFound = false;
  /** @type {Answer | undefined} */
  let answer;

  const valuesOf = () => Object.fromEntries([...fields].map(([name, field]) => [name, field.value]));
  const describe = () => {
    if (fields.size > 0) takeaway.snippets(tabularSnippets({ model, input: inputName, values: valuesOf(), answer, edgeFound }));
  };
  const duo = new Duo(panel, {
    model,
    hint: "Fill in every field.",
    answered: (latest) => {
      answer = latest;
      describe();
    },
    edgeFound: (found) => {
      edgeFound = found;
      describe();
    },
  });
  const changed = perFrame(() => {
    const values = valuesOf();
    const complete = Object.values(values).every(Number.isFinite);
    const body = { [inputName]: values };
    duo.ask(complete ? { value: body, post: async () => ({ body: JSON.stringify(body), type: "application/json" }) } : undefined);
    if (complete) describe();
  });

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault(); // The defaults are the card's, not the markup's.
    for (const field of fields.values()) field.reset();
    changed(undefined);
  });

  return {
    async start() {
      const { description, bytes } = await duo.start();
      const { name, features } = featuresOf(description);
      inputName = name;
      for (const feature of features) fields.set(feature.name, new Field(feature, () => changed(undefined)));
      part(panel, "fields", HTMLElement).replaceChildren(...[...fields.values()].map(({ element }) => element));
      takeaway.facts(description, bytes);
      changed(undefined);
      return description;
    },
  };
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
