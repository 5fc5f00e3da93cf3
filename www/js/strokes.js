// Strokes as data, and how they are painted: the same on the screen and for the model.

/**
 * Positions are shares of the pad's side, so a drawing has no size. `weight` scales the width (a pen's pressure).
 * @typedef {{ x: number, y: number, weight: number }} Point
 * @typedef {readonly Point[]} Stroke
 */

/** Width of a stroke as a share of the side: about what MNIST's digits have after they are shrunk. */
const WIDTH = 0.082;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {readonly Stroke[]} strokes
 * @param {number} side in pixels of the canvas
 * @param {string} ink
 */
export function paintStrokes(context, strokes, side, ink) {
  context.save();
  context.scale(side, side);
  context.strokeStyle = ink;
  context.fillStyle = ink;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) paintStroke(context, stroke);
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke} stroke
 */
function paintStroke(context, stroke) {
  const [first] = stroke;
  if (!first) return;
  context.beginPath();
  context.arc(first.x, first.y, (WIDTH * first.weight) / 2, 0, 2 * Math.PI);
  context.fill();
  // Each point pulls a curve between the middles beside it: corners of the polyline vanish, its course stays.
  let from = first;
  context.beginPath();
  context.moveTo(first.x, first.y);
  for (let index = 1; index < stroke.length; index++) {
    const pull = /** @type {Point} */ (stroke[index - 1]);
    const next = /** @type {Point} */ (stroke[index]);
    const to = index === stroke.length - 1 ? next : middle(pull, next);
    // One path as long as the width holds: pieces painted one by one would show their seams.
    if (to.weight !== from.weight) {
      context.lineWidth = WIDTH * from.weight;
      context.stroke();
      context.beginPath();
      context.moveTo(from.x, from.y);
    }
    context.quadraticCurveTo(pull.x, pull.y, to.x, to.y);
    from = to;
  }
  context.lineWidth = WIDTH * from.weight;
  context.stroke();
}

/**
 * @param {Point} a
 * @param {Point} b
 * @returns {Point}
 */
function middle(a, b) {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, weight: (a.weight + b.weight) / 2 };
}
