// The sample pictures: their names are listed in samples.json.
import { make } from "./dom.js";

/** @typedef {{ file: string, label: string }} Sample */

/**
 * @param {HTMLUListElement} list
 * @param {(blob: Blob, name: string) => void} taken
 */
export async function showSamples(list, taken) {
  try {
    const samples = await fetchSamples();
    list.replaceChildren(...samples.map((sample) => make("li", {}, sampleButton(sample, taken))));
  } catch (error) {
    list.replaceChildren(make("li", { className: "notice" }, error instanceof Error ? error.message : String(error)));
  }
}

/** @returns {Promise<Sample[]>} */
async function fetchSamples() {
  const response = await fetch("samples.json");
  // The build writes this list (www/build/lists.mjs): without it this is no built site.
  if (!response.ok) throw new Error(`The samples could not be fetched: samples.json, HTTP ${response.status}.`);
  return (await response.json()).samples;
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
