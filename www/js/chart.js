// A bar for each class. Rows are made once per set of labels; after that only widths and numbers change.
import { make } from "./dom.js";

/** Up to this many classes the bars have room to be thick. */
const FEW = 5;

export class Chart {
  #list;
  /** @type {{ row: HTMLLIElement, fill: HTMLElement, value: HTMLElement }[]} */
  #rows = [];
  /** @type {readonly string[]} */
  #labels = [];

  /**
   * @param {HTMLUListElement} list
   * @param {string} name what the list is, for screen readers
   */
  constructor(list, name) {
    this.#list = list;
    list.setAttribute("aria-label", name);
  }

  /** @param {readonly string[]} labels */
  label(labels) {
    if (labels.join("\n") === this.#labels.join("\n")) return;
    this.#labels = labels;
    this.#rows = labels.map(row);
    this.#list.toggleAttribute("data-few", labels.length <= FEW);
    this.#list.style.setProperty("--label-width", `${Math.max(...labels.map((label) => label.length)) + 0.2}ch`);
    this.#list.replaceChildren(...this.#rows.map(({ row }) => row));
  }

  /** @param {ArrayLike<number>} shares one for each label, from 0 to 1 */
  show(shares) {
    const top = indexOfTop(shares);
    this.#rows.forEach(({ row, fill, value }, index) => {
      const share = shares[index] ?? 0;
      fill.style.setProperty("--share", String(Math.min(1, Math.max(0, share))));
      value.textContent = percent(share);
      row.toggleAttribute("data-top", index === top);
    });
  }

  clear() {
    for (const { row, fill, value } of this.#rows) {
      fill.style.setProperty("--share", "0");
      value.textContent = "–";
      row.removeAttribute("data-top");
    }
  }
}

/** @param {string} label */
function row(label) {
  const fill = make("span", { className: "fill" });
  const value = make("span", { className: "value" }, "–");
  const track = make("span", { className: "track" }, fill);
  return { row: make("li", {}, make("span", { className: "name" }, label), track, value), fill, value };
}

/** @param {ArrayLike<number>} shares */
export function indexOfTop(shares) {
  let top = 0;
  for (let index = 1; index < shares.length; index++) if ((shares[index] ?? 0) > (shares[top] ?? 0)) top = index;
  return top;
}

/**
 * A share in percent, never rounded up to a certainty that the model did not claim.
 * @param {number} share
 */
export function percent(share) {
  if (share >= 0.9995 && share < 1) return ">99.9 %";
  return `${(share * 100).toFixed(1)} %`;
}
