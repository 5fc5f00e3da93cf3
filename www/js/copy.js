// A button that copies a text, and says whether it did.
import { say } from "./announce.js";
import { make } from "./dom.js";

const FEEDBACK_MS = 1800;

/**
 * @param {string} what is copied, for screen readers
 * @param {HTMLElement} source its text is copied; selected instead where the clipboard is refused
 */
export function copyButton(what, source) {
  const label = make("span", {}, "Copy");
  const button = make("button", { className: "button", type: "button" }, label, make("span", { className: "visually-hidden" }, ` ${what}`));
  let timer = 0;
  button.addEventListener("click", async () => {
    const copied = await copy(source.textContent ?? "");
    if (!copied) getSelection()?.selectAllChildren(source);
    label.textContent = copied ? "Copied" : "Selected: press Ctrl C";
    say(label.textContent);
    button.toggleAttribute("data-done", true);
    clearTimeout(timer);
    timer = setTimeout(() => {
      label.textContent = "Copy";
      button.removeAttribute("data-done");
    }, FEEDBACK_MS);
  });
  return button;
}

/** @param {string} text */
async function copy(text) {
  try {
    // Not there at all on a plain-http address other than this machine's own.
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
