// A slider and a number field for one feature of a card, linked to each other.
import { make } from "./dom.js";

/** @typedef {import("./types.js").CardFeature} CardFeature */

export class Field {
  element;
  #feature;
  #number;
  #slider;
  #problem;

  /**
   * @param {CardFeature} feature
   * @param {() => void} changed
   */
  constructor(feature, changed) {
    this.#feature = feature;
    const id = `feature-${feature.name}`;
    const step = String(feature.step ?? "any");
    this.#number = make("input", { type: "number", id, step, inputMode: "decimal", required: true });
    this.#slider = make("input", { type: "range", step });
    this.#slider.min = String(feature.min ?? 0);
    this.#slider.max = String(feature.max ?? 1);
    this.#slider.setAttribute("aria-label", `${titleOf(feature)}, slider`);
    this.#problem = make("p", { className: "problem", id: `${id}-problem`, hidden: true });
    this.#number.setAttribute("aria-describedby", `${id}-hint ${id}-problem`);
    this.#slider.addEventListener("input", () => {
      this.#number.value = this.#slider.value;
      this.#check();
      changed();
    });
    this.#number.addEventListener("input", () => {
      this.#slider.value = this.#number.value;
      this.#check();
      changed();
    });
    this.element = this.#layout(id);
    this.reset();
  }

  /** @returns {number} NaN while the field holds no number */
  get value() {
    return this.#number.valueAsNumber;
  }

  reset() {
    const { min = 0, max = 1 } = this.#feature;
    const value = String(this.#feature.default ?? (min + max) / 2);
    this.#number.value = value;
    this.#slider.value = value;
    this.#check();
  }

  #check() {
    const { min = -Infinity, max = Infinity } = this.#feature;
    const missing = Number.isNaN(this.value);
    const outside = this.value < min || this.value > max;
    this.#number.setAttribute("aria-invalid", String(missing));
    const guessing = `Outside what the model has seen (${min} to ${max}): it answers, but it is guessing.`;
    // Emptied, not only hidden: a description is read out even where it is hidden.
    this.#problem.textContent = missing ? "A number is needed here." : outside ? guessing : "";
    this.#problem.hidden = !missing && !outside;
  }

  /** @param {string} id */
  #layout(id) {
    const { unit, description, min, max } = this.#feature;
    const label = make("label", { className: "field-name", htmlFor: id }, titleOf(this.#feature));
    const amount = make("span", { className: "amount" }, this.#number, unit ?? "");
    const range = min === undefined || max === undefined ? "" : `${min} to ${max}${unit ? ` ${unit}` : ""}`;
    const hint = make("p", { className: "hint", id: `${id}-hint` }, [description, range].filter(Boolean).join(" · "));
    return make("div", { className: "field" }, label, amount, this.#slider, hint, this.#problem);
  }
}

/**
 * `sepal_length` as people write it.
 * @param {CardFeature} feature
 */
function titleOf({ name }) {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
