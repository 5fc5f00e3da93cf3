// The form's fields for an input: a picture, named features, or a tensor as JSON.
import type { Feature } from "../../assemble/card.js";
import type { inputs } from "./inputs.js";

type Input = (typeof inputs)[number];

/** Fields to show, and how to read what was entered. */
export interface Fields {
  element: HTMLElement;
  read(): unknown;
}

export function fieldsOf(input: Input): Fields {
  const { image, features } = input.card;
  const fields = image ? picture() : features ? record(features, input.dtype === "string") : tensor(input);
  const set = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = input.name;
  set.append(legend, ...(input.card.description ? [paragraph(input.card.description)] : []), fields.element);
  return { element: set, read: fields.read };
}

function paragraph(text: string): HTMLElement {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

function labelled(text: string, control: HTMLElement): HTMLLabelElement {
  const label = document.createElement("label");
  label.append(text, control);
  return label;
}

function picture(): Fields {
  const file = Object.assign(document.createElement("input"), { type: "file", accept: "image/*", required: true });
  const shown = Object.assign(document.createElement("img"), { alt: "The chosen picture", hidden: true });
  file.onchange = () => {
    URL.revokeObjectURL(shown.src);
    const [chosen] = file.files ?? [];
    shown.hidden = !chosen;
    if (chosen) shown.src = URL.createObjectURL(chosen);
  };
  const element = document.createElement("div");
  element.append(labelled("Picture (PNG, JPEG or WebP)", file), shown);
  return { element, read: () => file.files?.[0] };
}

function record(features: readonly Feature[], texts: boolean): Fields {
  const element = document.createElement("div");
  const controls = features.map((feature) => {
    const { name, unit, description, default: usual } = feature;
    const type = texts ? "text" : "number";
    const control = Object.assign(document.createElement("input"), { type, required: true, value: String(usual ?? "") });
    if (!texts) control.step = "any";
    element.append(labelled(`${description ?? name}${unit ? ` (${unit})` : ""}`, control));
    return { name, control };
  });
  const value = (control: HTMLInputElement) => (texts ? control.value : control.valueAsNumber);
  return { element, read: () => Object.fromEntries(controls.map(({ name, control }) => [name, value(control)])) };
}

/** Zeros to begin with, where they are few. */
function tensor({ dtype, shape }: Input): Fields {
  const sizes = (shape ?? [1]).map((size) => (typeof size === "number" ? size : 1));
  const count = sizes.reduce((product, size) => product * size, 1);
  const zeros = JSON.stringify({ data: count <= 64 ? Array.from({ length: count }, () => 0) : [], shape: sizes });
  const control = Object.assign(document.createElement("textarea"), { value: zeros, required: true });
  const text = `${dtype}[${shape?.join(", ") ?? "…"}] as JSON: nested arrays, or data and shape`;
  return { element: labelled(text, control), read: () => JSON.parse(control.value) as unknown };
}
