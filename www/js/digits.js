// The panel with the drawing pad.
import { indexOfTop, percent } from "./chart.js";
import { byId, make, part } from "./dom.js";
import { Drawing } from "./drawing.js";
import { Duo } from "./duo.js";
import { followIntake } from "./intake.js";
import { perFrame } from "./latest.js";
import { followKeyboard } from "./pad-keyboard.js";
import { Pad } from "./pad.js";
import { PictureProblem, readPicture } from "./picture.js";
import { pixelsOf, pngOf } from "./pixels.js";
import { paintInput, toInputPixels } from "./preview.js";
import { showSamples } from "./samples.js";
import { saveBlob } from "./save.js";
import { digitSnippets } from "./snippets.js";
import { Takeaway } from "./takeaway.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Card} Card
 * @typedef {import("./types.js").CardImage} CardImage
 */

const MODEL = "digits";
const DRAWN_NAME = "digit.png";
/** Larger pictures are shrunk to this before they are previewed. */
const PREVIEW_SIDE = 560;

/** @returns {{ start: () => Promise<import("./types.js").Description>, repaint: () => void }} */
export function digitsPanel() {
  const panel = byId("digits");
  const canvas = part(panel, "canvas", HTMLCanvasElement);
  const place = part(panel, "pad", HTMLElement);
  const problem = part(panel, "pad-problem", HTMLElement);
  const undo = part(panel, "undo", HTMLButtonElement);
  const clear = part(panel, "clear", HTMLButtonElement);
  const padAnswer = part(panel, "pad-answer", HTMLElement);
  const download = part(panel, "download", HTMLButtonElement);
  const showInput = previewPainter(part(panel, "preview", HTMLCanvasElement));

  const drawing = new Drawing();
  const takeaway = new Takeaway(panel);
  let edgeFound = false;
  /** @type {Answer | undefined} */
  let answer;
  const describe = () => {
    const file = { name: drawing.untouchedPicture?.name ?? DRAWN_NAME, type: drawing.untouchedPicture?.type ?? "image/png" };
    const note = make("button", { className: "link", type: "button", disabled: drawing.empty, onclick: save }, `Download ${file.name}`);
    takeaway.snippets(digitSnippets({ ...file, answer, edgeFound, note }));
  };
  const duo = new Duo(panel, {
    model: MODEL,
    hint: "Draw on the pad, or take a sample.",
    answered: (latest) => {
      answer = latest;
      showOnPad(padAnswer, latest);
      describe();
    },
    edgeFound: (found) => {
      edgeFound = found;
      describe();
    },
  });

  /** @type {CardImage | undefined} */
  let image;
  /** @type {ReturnType<typeof inputOf>} */
  let current;
  const changed = perFrame(() => {
    pad.paint();
    problem.hidden = true;
    place.toggleAttribute("data-filled", !drawing.empty);
    clear.disabled = download.disabled = drawing.empty;
    undo.disabled = !drawing.undoable;
    if (drawing.empty) {
      answer = undefined;
      padAnswer.textContent = "";
    }
    current = inputOf(drawing);
    duo.ask(current?.input);
    showInput(current?.pixels, image);
    describe();
  });
  const pad = new Pad(canvas, drawing, () => {
    keyboard.lift();
    changed(undefined);
  });
  const keyboard = followKeyboard(canvas, pad, drawing, () => changed(undefined));

  const act = (/** @type {() => void} */ action) => () => {
    keyboard.lift();
    action();
    changed(undefined);
  };
  const undoLast = act(() => drawing.undo());
  const clearAll = act(() => drawing.clear());
  undo.addEventListener("click", undoLast);
  clear.addEventListener("click", clearAll);
  download.addEventListener("click", save);
  panel.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") undoLast();
    else if (event.target === canvas && (event.key === "Delete" || event.key === "Backspace")) clearAll();
    else return;
    event.preventDefault();
  });

  followIntake({ zone: place, input: part(panel, "file", HTMLInputElement), active: () => !panel.hidden }, (file) => void take(file, file.name));
  void showSamples(part(panel, "samples", HTMLUListElement), take);
  describe();

  return {
    repaint: () => pad.paint(),
    async start() {
      const { description, bytes } = await duo.start();
      image = imageOf(/** @type {Card} */ (description.card));
      takeaway.facts(description, bytes);
      showInput(current?.pixels, image);
      return description;
    },
  };

  /** @param {Blob} blob @param {string} name */
  async function take(blob, name) {
    try {
      drawing.show(await readPicture(blob, name));
      keyboard.lift();
      changed(undefined);
    } catch (error) {
      if (!(error instanceof PictureProblem)) throw error;
      problem.textContent = error.message;
      problem.hidden = false;
    }
  }

  async function save() {
    const picture = drawing.untouchedPicture;
    saveBlob(picture?.blob ?? (await pngOf(drawing.pixels())), picture?.name ?? DRAWN_NAME);
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

/**
 * The answer in short, on the pad itself.
 * @param {HTMLElement} place
 * @param {Answer} answer
 */
function showOnPad(place, { labels, scores }) {
  const top = indexOfTop(scores);
  place.replaceChildren(make("b", {}, labels[top] ?? ""), percent(scores[top] ?? 0));
}

/** @param {Card} card */
function imageOf(card) {
  return Object.values(card.inputs ?? {}).find((input) => input.image)?.image;
}

/** @param {HTMLCanvasElement} canvas */
function previewPainter(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("page: this browser gives no 2D canvas");
  return (/** @type {ImageData | undefined} */ pixels, /** @type {CardImage | undefined} */ image) => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!pixels || !image) return;
    canvas.width = image.width;
    canvas.height = image.height;
    paintInput(context, toInputPixels(pixels, image));
  };
}
