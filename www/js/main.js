// Puts the page together.
import { DigitsPanel } from "./digits.js";
import { byId } from "./dom.js";
import { workOffline } from "./offline.js";
import { TabularPanel } from "./tabular.js";
import { followTabs } from "./tabs.js";
import { followTheme } from "./theme.js";

const digits = new DigitsPanel();
/** @type {Map<string, { start: () => Promise<import("./types.js").Description> }>} */
const panels = new Map();
panels.set("digits", digits);
panels.set("iris", new TabularPanel("iris"));
/** @type {Set<string>} */
const started = new Set();
const offline = workOffline(byId("offline"));

followTheme(byId("theme"), () => digits.repaint());
followTabs(/** @type {HTMLElement} */ (document.querySelector('[role="tablist"]')), (id) => {
  // A model is fetched when its tab is first looked at, not before.
  if (started.has(id)) return;
  started.add(id);
  void panels.get(id)?.start().then(async ({ name, engine }) => (await offline).keep(toKeep(name), engine.simd));
});

/**
 * For offline use all models are stored, unless the reader wants to save data.
 * @param {string} loaded
 */
function toKeep(loaded) {
  const { connection } = /** @type {Navigator & { connection?: { saveData?: boolean } }} */ (navigator);
  return connection?.saveData ? [loaded] : [...panels.keys()];
}
