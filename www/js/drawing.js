// What is on the pad: a picture, strokes, or strokes over a picture; with a way back. Knows nothing of the screen.
import { readableContext } from "./pixels.js";
import { paintStrokes } from "./strokes.js";

/**
 * @typedef {import("./picture.js").Picture} Picture
 * @typedef {import("./strokes.js").Stroke} Stroke
 * @typedef {{ readonly picture: Picture | undefined, readonly strokes: readonly Stroke[] }} State
 */

/** Side of the drawing as the model gets it, in pixels. */
const SIDE = 280;
/** @type {State} */
const EMPTY = { picture: undefined, strokes: [] };

export class Drawing {
  #state = EMPTY;
  /** @type {State[]} */
  #past = [];
  #context = readableContext(SIDE, SIDE);

  get empty() {
    return !this.#state.picture && this.#state.strokes.length === 0;
  }

  get undoable() {
    return this.#past.length > 0;
  }

  /** The picture while nothing is drawn over it: its own bytes are then what is predicted. */
  get untouchedPicture() {
    return this.#state.strokes.length === 0 ? this.#state.picture : undefined;
  }

  /** @param {Stroke} stroke */
  add(stroke) {
    this.#become({ ...this.#state, strokes: [...this.#state.strokes, stroke] });
  }

  /**
   * Puts a longer version of the stroke that is being drawn in place of the last one.
   * @param {Stroke} stroke
   */
  extend(stroke) {
    this.#state = { ...this.#state, strokes: [...this.#state.strokes.slice(0, -1), stroke] };
  }

  /** @param {Picture} picture */
  show(picture) {
    this.#become({ picture, strokes: [] });
  }

  clear() {
    if (!this.empty) this.#become(EMPTY);
  }

  undo() {
    this.#state = this.#past.pop() ?? EMPTY;
  }

  /**
   * Paints the drawing into a square of `side` pixels, over what is there. Over a picture, ink and paper are the picture's.
   * @param {CanvasRenderingContext2D} context
   * @param {number} side
   * @param {string} ink where there is no picture
   */
  paint(context, side, ink) {
    const { picture, strokes } = this.#state;
    if (picture) paintPicture(context, picture, side);
    paintStrokes(context, strokes, side, picture?.ink ?? ink);
  }

  /** The drawing in black on white, whatever the colours of the page. */
  pixels() {
    this.#context.fillStyle = "#fff";
    this.#context.fillRect(0, 0, SIDE, SIDE);
    this.paint(this.#context, SIDE, "#000");
    return this.#context.getImageData(0, 0, SIDE, SIDE);
  }

  /** @param {State} next */
  #become(next) {
    this.#past.push(this.#state);
    this.#state = next;
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {number} side
 */
function paintPicture(context, { bitmap, paper }, side) {
  context.fillStyle = paper;
  context.fillRect(0, 0, side, side);
  const scale = side / Math.max(bitmap.width, bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  context.imageSmoothingEnabled = scale < 4; // A tiny picture shows its pixels, as the model gets them.
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (side - width) / 2, (side - height) / 2, width, height);
}
