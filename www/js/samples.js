// The sample pictures: their names are listed in samples.json.
import { make } from "./dom.js";

/** @typedef {{ file: string, label: string }} Sample */

/**
 * @param {HTMLUListElement} list
 * @param {(blob: Blob, name: string) => void} taken
 */
export async function showSamples(list, taken) {
  const response = await fetch("samples.json");
  if (!response.ok) throw new Error(`samples.json: HTTP ${response.status}; www/build/lists.mjs writes it into the site`);
  const { samples } = /** @type {{ samples: Sample[] }} */ (await response.json());
  list.replaceChildren(...samples.map((sample) => make("li", {}, sampleButton(sample, taken))));
}

/**
 * @param {Sample} sample
 * @param {(blob: Blob, name: string) => void} taken
 */
function sampleButton({ file, label }, taken) {
  const image = make("img", { src: `samples/${file}`, alt: "", width: 28, height: 28, decoding: "async" });
  const button = make("button", { type: "button", title: `Sample ${label}` }, image);
  button.setAttribute("aria-label", `Sample: a handwritten ${label}`);
  button.addEventListener("click", async () => {
    const response = await fetch(image.src);
    if (response.ok) taken(await response.blob(), file);
  });
  return button;
}
