// Puts the page together.
import { digitsPanel } from "./digits.js";
import { byId } from "./dom.js";
import { workOffline } from "./offline.js";
import { tabularPanel } from "./tabular.js";
import { followTabs } from "./tabs.js";
import { followTheme } from "./theme.js";

const digits = digitsPanel();
const panels = new Map([
  ["digits", digits],
  ["iris", tabularPanel("iris")],
]);
/** @type {Set<string>} */
const started = new Set();
const offline = workOffline(byId("offline"));

followTheme(byId("theme"), digits.repaint);
followTabs(/** @type {HTMLElement} */ (document.querySelector('[role="tablist"]')), (id) => {
  // A model is fetched when its tab is first looked at, not before.
  if (started.has(id)) return;
  started.add(id);
  void panels.get(id)?.start().then(async ({ name, engine }) => (await offline).keep(name, engine.simd));
});
