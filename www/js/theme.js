// The colour switch: as the system, light, or dark; remembered.

const KEY = "onnxlet-theme";

/**
 * Follows the radio buttons inside `fieldset`; `changed` is called after each change of colours, the system's too.
 * @param {HTMLElement} fieldset
 * @param {() => void} changed
 */
export function followTheme(fieldset, changed) {
  const current = document.documentElement.dataset.theme ?? "system";
  for (const radio of fieldset.querySelectorAll("input")) {
    radio.checked = radio.value === current;
    radio.addEventListener("change", () => {
      apply(radio.value);
      remember(radio.value);
      changed();
    });
  }
  paintBrowser();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    paintBrowser();
    changed();
  });
}

/** @param {string} theme */
function apply(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  paintBrowser();
}

/** Gives the browser's own bar the page's colour. */
function paintBrowser() {
  const colour = getComputedStyle(document.body).backgroundColor;
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.setAttribute("content", colour);
}

/** @param {string} theme */
function remember(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage is refused: the choice holds for this visit.
  }
}
