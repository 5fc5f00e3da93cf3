// What stands around the drawing: its buttons, the answer in short, the preview, what was wrong with a picture.
import { shortAnswer } from "./answer.js";
import { part } from "./dom.js";
import { paintInput, toInputPixels } from "./preview.js";

/**
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").CardImage} CardImage
 */

export class PadView {
  canvas;
  /** The square that takes drops. */
  place;
  #panel;
  #undo;
  #clear;
  #save;
  #answer;
  #problem;
  #preview;
  /** @type {CardImage | undefined} */
  #image;

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.#panel = panel;
    this.canvas = part(panel, "canvas", HTMLCanvasElement);
    this.place = part(panel, "pad", HTMLElement);
    this.#undo = part(panel, "undo", HTMLButtonElement);
    this.#clear = part(panel, "clear", HTMLButtonElement);
    this.#save = part(panel, "save", HTMLButtonElement);
    this.#answer = part(panel, "pad-answer", HTMLElement);
    this.#problem = part(panel, "pad-problem", HTMLElement);
    this.#preview = part(panel, "preview", HTMLCanvasElement);
  }

  /** @param {() => void} act on the button and on Ctrl Z */
  onUndo(act) {
    this.#undo.addEventListener("click", act);
    this.#onKey((event) => (event.ctrlKey || event.metaKey) && event.key === "z", act);
  }

  /** @param {() => void} act on the button and on Delete over the pad */
  onClear(act) {
    this.#clear.addEventListener("click", act);
    this.#onKey((event) => event.target === this.canvas && ["Delete", "Backspace"].includes(event.key), act);
  }

  /** @param {() => void} act */
  onSave(act) {
    this.#save.addEventListener("click", act);
  }

  /** @param {CardImage | undefined} image how the model's card says that a picture becomes the input */
  previewAs(image) {
    this.#image = image;
  }

  /**
   * @param {Drawing} drawing
   * @param {ImageData | undefined} pixels of the drawing, if it is not empty
   */
  show(drawing, pixels) {
    this.#problem.hidden = true;
    this.place.toggleAttribute("data-filled", !drawing.empty);
    this.#clear.disabled = this.#save.disabled = drawing.empty;
    this.#undo.disabled = !drawing.undoable;
    if (drawing.empty) this.#answer.textContent = "";
    this.#showPreview(pixels);
  }

  /** @param {Answer} answer */
  showAnswer(answer) {
    this.#answer.replaceChildren(...shortAnswer(answer));
  }

  /** @param {string} message */
  showProblem(message) {
    this.#problem.textContent = message;
    this.#problem.hidden = false;
  }

  /** @param {ImageData | undefined} pixels */
  #showPreview(pixels) {
    const context = this.#preview.getContext("2d");
    if (!context || !this.#image) return;
    this.#preview.width = this.#image.width; // Setting the size wipes the canvas.
    this.#preview.height = this.#image.height;
    if (pixels) paintInput(context, toInputPixels(pixels, this.#image));
  }

  /**
   * @param {(event: KeyboardEvent) => boolean} matches
   * @param {() => void} act
   */
  #onKey(matches, act) {
    // The whole document: after drawing with a mouse the focus is nowhere.
    document.addEventListener("keydown", (event) => {
      if (this.#panel.hidden || !matches(event)) return;
      event.preventDefault();
      act();
    });
  }
}
