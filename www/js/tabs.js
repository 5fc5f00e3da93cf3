// Tabs by the ARIA pattern: one tab stop, arrows move and select; the address remembers (#iris).

/**
 * @param {HTMLElement} tablist
 * @param {(panelId: string) => void} shown called with the id of each panel that comes to show
 */
export function followTabs(tablist, shown) {
  const tabs = [...tablist.querySelectorAll("button")];
  /** @param {HTMLButtonElement} chosen */
  const select = (chosen) => {
    for (const tab of tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      panelOf(tab).hidden = !on;
    }
    shown(panelOf(chosen).id);
  };
  const fromAddress = () => tabs.find((tab) => `#${panelOf(tab).id}` === location.hash);

  tablist.addEventListener("click", (event) => {
    const tab = tabs.find((candidate) => candidate === event.target);
    if (tab) visit(tab);
  });
  tablist.addEventListener("keydown", (event) => {
    const next = neighbour(tabs, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
    visit(next);
  });
  addEventListener("hashchange", () => {
    const tab = fromAddress();
    if (tab) select(tab);
  });
  select(fromAddress() ?? /** @type {HTMLButtonElement} */ (tabs[0]));

  /** @param {HTMLButtonElement} tab */
  function visit(tab) {
    // replaceState, not a link: the browser must not scroll to the panel, nor pile up history.
    history.replaceState(null, "", `#${panelOf(tab).id}`);
    select(tab);
  }
}

/** @param {HTMLButtonElement} tab */
function panelOf(tab) {
  const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
  if (!panel) throw new Error(`page: tab ${tab.id} controls no panel`);
  return panel;
}

/**
 * @param {HTMLButtonElement[]} tabs
 * @param {string} key
 */
function neighbour(tabs, key) {
  const at = tabs.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
  const last = tabs.length - 1;
  if (key === "ArrowRight") return tabs[at === last ? 0 : at + 1];
  if (key === "ArrowLeft") return tabs[at === 0 ? last : at - 1];
  if (key === "Home") return tabs[0];
  if (key === "End") return tabs[last];
  return undefined;
}
