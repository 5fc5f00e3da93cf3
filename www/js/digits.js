// The panel with the drawing pad.
import { byId, make, part } from "./dom.js";
import { Drawing } from "./drawing.js";
import { Duo } from "./duo.js";
import { followIntake } from "./intake.js";
import { perFrame } from "./latest.js";
import { followKeyboard } from "./pad-keyboard.js";
import { Pad } from "./pad.js";
import { PadView } from "./pad-view.js";
import { PictureProblem, readPicture } from "./picture.js";
import { pixelsOf, pngOf } from "./pixels.js";
import { showSamples } from "./samples.js";
import { saveBlob } from "./save.js";
import { digitSnippets } from "./snippets.js";
import { Takeaway } from "./takeaway.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Card} Card
 * @typedef {import("./types.js").Description} Description
 */

const MODEL = "digits";
const DRAWN_NAME = "digit.png";
/** Larger pictures are shrunk to this before they are previewed. */
const PREVIEW_SIDE = 560;

export class DigitsPanel {
  #element = byId(MODEL);
  #drawing = new Drawing();
  #view = new PadView(this.#element);
  #takeaway = new Takeaway(this.#element);
  #duo = new Duo(this.#element, {
    model: MODEL,
    hint: "Draw on the pad, or take a sample.",
    answered: (answer) => this.#answered(answer),
    edgeFound: (found) => this.#edgeWas(found),
  });
  #changed = perFrame(() => this.#show());
  #pad = new Pad(this.#view.canvas, this.#drawing, () => this.#byPointer());
  #keyboard = followKeyboard(this.#view.canvas, this.#pad, this.#drawing, () => this.#changed(undefined));
  #edgeFound = false;
  /** @type {Answer | undefined} */
  #answer;

  constructor() {
    this.#view.onUndo(() => this.#change(() => this.#drawing.undo()));
    this.#view.onClear(() => this.#change(() => this.#drawing.clear()));
    this.#view.onSave(() => void this.#save());
    const take = (/** @type {Blob} */ blob, /** @type {string} */ name) => void this.#take(blob, name);
    const input = part(this.#element, "file", HTMLInputElement);
    followIntake({ zone: this.#view.place, input, active: () => !this.#element.hidden }, (file) => take(file, file.name));
    void showSamples(part(this.#element, "samples", HTMLUListElement), take);
    this.#describe();
  }

  /** @returns {Promise<Description>} when the model is ready */
  async start() {
    const { description, size } = await this.#duo.start();
    this.#takeaway.facts(description, size);
    this.#view.previewAs(imageOf(/** @type {Card} */ (description.card)));
    this.#changed(undefined);
    return description;
  }

  /** Paints again, in colours that have changed. */
  repaint() {
    this.#pad.paint();
  }

  #byPointer() {
    this.#keyboard.lift();
    this.#changed(undefined);
  }

  /** @param {() => void} action */
  #change(action) {
    this.#keyboard.lift();
    action();
    this.#changed(undefined);
  }

  #show() {
    const current = inputOf(this.#drawing);
    if (!current) this.#answer = undefined;
    this.#pad.paint();
    this.#view.show(this.#drawing, current?.pixels);
    this.#duo.ask(current?.input);
    this.#describe();
  }

  /** @param {Answer} answer */
  #answered(answer) {
    this.#answer = answer;
    this.#view.showAnswer(answer);
    this.#describe();
  }

  /** @param {boolean} found */
  #edgeWas(found) {
    this.#edgeFound = found;
    this.#describe();
  }

  #describe() {
    const { name, type } = this.#file;
    const save = make("button", { className: "link", type: "button", disabled: this.#drawing.empty }, `Download ${name}`);
    save.addEventListener("click", () => void this.#save());
    this.#takeaway.snippets(digitSnippets({ name, type, answer: this.#answer, edgeFound: this.#edgeFound, note: save }));
  }

  /** What the drawing is called as a file. */
  get #file() {
    const { name, type } = this.#drawing.untouchedPicture ?? { name: DRAWN_NAME, type: "image/png" };
    return { name, type };
  }

  /**
   * @param {Blob} blob
   * @param {string} name
   */
  async #take(blob, name) {
    try {
      const picture = await readPicture(blob, name);
      this.#change(() => this.#drawing.show(picture));
    } catch (error) {
      if (!(error instanceof PictureProblem)) throw error;
      this.#view.showProblem(error.message);
    }
  }

  async #save() {
    saveBlob(this.#drawing.untouchedPicture?.blob ?? (await pngOf(this.#drawing.pixels())), this.#file.name);
  }
}

/**
 * A picture goes as the file it is; a drawing as pixels to the package and as a PNG of the same pixels to the edge.
 * @param {Drawing} drawing
 * @returns {{ input: import("./duo.js").Input, pixels: ImageData } | undefined} `pixels` is for the preview
 */
function inputOf(drawing) {
  if (drawing.empty) return undefined;
  const picture = drawing.untouchedPicture;
  if (picture) {
    const input = { value: picture.bytes, post: async () => ({ body: picture.blob, type: picture.type }) };
    return { input, pixels: pixelsOf(picture.bitmap, PREVIEW_SIDE) };
  }
  const pixels = drawing.pixels();
  return { input: { value: pixels, post: async () => ({ body: await pngOf(pixels), type: "image/png" }) }, pixels };
}

/** @param {Card} card */
function imageOf(card) {
  return Object.values(card.inputs ?? {}).find((input) => input.image)?.image;
}
