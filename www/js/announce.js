// Tells screen readers the answer: only once it has settled, and never the same sentence twice in a row.
import { byId } from "./dom.js";
import { whenQuiet } from "./latest.js";

const SETTLED_MS = 900;

export const announce = whenQuiet(SETTLED_MS, (/** @type {string} */ text) => {
  const region = byId("announcer");
  if (region.textContent !== text) region.textContent = text;
});
