// Drawing without a pointer: arrow keys move a pen, Space puts it down and lifts it.

/**
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {import("./pad.js").Pad} Pad
 * @typedef {import("./strokes.js").Point} Point
 */

const STEP = 0.05;
const SMALL_STEP = 0.01;
/** @type {Readonly<Record<string, readonly [number, number]>>} */
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Pad} pad
 * @param {Drawing} drawing
 * @param {() => void} changed called after each change of the drawing by the keyboard
 */
export function followKeyboard(canvas, pad, drawing, changed) {
  let at = { x: 0.5, y: 0.2 };
  /** @type {Point[] | undefined} */
  let stroke;
  const show = () => pad.showCursor(canvas.matches(":focus-visible") ? { ...at, down: stroke !== undefined } : undefined);

  const toggle = () => {
    stroke = stroke ? undefined : [{ ...at, weight: 1 }];
    if (!stroke) return;
    drawing.add([...stroke]);
    changed();
  };
  /** @param {readonly [number, number]} direction @param {number} step */
  const move = ([dx, dy], step) => {
    at = { x: inside(at.x + dx * step), y: inside(at.y + dy * step) };
    if (!stroke) return;
    stroke.push({ ...at, weight: 1 });
    drawing.extend([...stroke]);
    changed();
  };

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    if (direction) move(direction, event.shiftKey ? SMALL_STEP : STEP);
    else if (event.key === " ") toggle();
    else return;
    event.preventDefault();
    show();
  });
  canvas.addEventListener("focus", show);
  canvas.addEventListener("blur", () => {
    stroke = undefined;
    pad.showCursor(undefined);
  });
  // Undo, clear and the pointer change the drawing under a lowered pen: it must not extend what is gone.
  return { lift: () => void (stroke = undefined) };
}

/** @param {number} share */
function inside(share) {
  return Math.min(0.95, Math.max(0.05, share));
}
