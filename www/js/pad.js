// The drawing pad on the screen: mouse, pen and touch become strokes; the canvas shows the drawing in the page's colours.

/**
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {import("./strokes.js").Point} Point
 */

export class Pad {
  #canvas;
  #context;
  #drawing;
  #changed;
  /** @type {{ id: number, points: Point[] } | undefined} */
  #stroke;
  /** @type {{ x: number, y: number, down: boolean } | undefined} */
  #cursor;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Drawing} drawing
   * @param {() => void} changed called after each change of the drawing by the pointer
   */
  constructor(canvas, drawing, changed) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("page: this browser gives no 2D canvas");
    this.#canvas = canvas;
    this.#context = context;
    this.#drawing = drawing;
    this.#changed = changed;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#end(event));
    canvas.addEventListener("pointercancel", (event) => this.#end(event));
    new ResizeObserver(() => this.#fit()).observe(canvas);
  }

  /**
   * Shows the keyboard's pen, or hides it.
   * @param {{ x: number, y: number, down: boolean } | undefined} cursor
   */
  showCursor(cursor) {
    this.#cursor = cursor;
    this.paint();
  }

  paint() {
    const { width } = this.#canvas;
    const ink = getComputedStyle(this.#canvas).color;
    this.#context.clearRect(0, 0, width, width);
    this.#drawing.paint(this.#context, width, ink);
    if (this.#cursor) paintCursor(this.#context, this.#cursor, width, getComputedStyle(this.#canvas).accentColor);
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    if (this.#stroke || event.button !== 0) return;
    event.preventDefault(); // No selection, no focus jump by mouse; the keyboard's focus is by Tab.
    this.#canvas.setPointerCapture(event.pointerId);
    this.#stroke = { id: event.pointerId, points: [this.#point(event)] };
    this.#drawing.add([...this.#stroke.points]);
    this.#changed();
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (this.#stroke?.id !== event.pointerId) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const step of passed.length > 0 ? passed : [event]) this.#stroke.points.push(this.#point(step));
    this.#drawing.extend([...this.#stroke.points]);
    this.#changed();
  }

  /** @param {PointerEvent} event */
  #end(event) {
    if (this.#stroke?.id === event.pointerId) this.#stroke = undefined;
  }

  /**
   * @param {PointerEvent} event
   * @returns {Point}
   */
  #point(event) {
    const box = this.#canvas.getBoundingClientRect();
    // Mice report a constant 0.5 and touch often 0 or 1: only a pen's pressure says something.
    const weight = event.pointerType === "pen" ? 0.55 + 0.9 * event.pressure : 1;
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height, weight };
  }

  #fit() {
    const side = Math.round(this.#canvas.clientWidth * devicePixelRatio);
    if (side === 0 || side === this.#canvas.width) return;
    this.#canvas.width = this.#canvas.height = side;
    this.paint();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ x: number, y: number, down: boolean }} cursor
 * @param {number} side
 * @param {string} colour
 */
function paintCursor(context, cursor, side, colour) {
  context.beginPath();
  context.arc(cursor.x * side, cursor.y * side, side * 0.03, 0, 2 * Math.PI);
  context.lineWidth = side * 0.008;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  if (cursor.down) context.fill();
  context.stroke();
}
