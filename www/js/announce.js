// Tells screen readers the answer: only once it has settled, and never the same sentence twice in a row.
import { byId } from "./dom.js";
import { whenQuiet } from "./latest.js";

const SETTLED_MS = 900;

/** Says it once nothing newer has come for a while. */
export const announce = whenQuiet(SETTLED_MS, say);

/**
 * Says it now.
 * @param {string} text
 */
export function say(text) {
  const region = byId("announcer");
  if (region.textContent !== text) region.textContent = text;
}
