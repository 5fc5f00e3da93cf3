// Digits as a person draws them: strokes in shares of the pad, and a pointer that follows them.

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {[x: number, y: number][]} Stroke
 */

/** @type {Readonly<Record<string, Stroke[]>>} */
export const DIGITS = {
  0: [arc([0.5, 0.5], [0.2, 0.3], -90, 270)],
  1: [[[0.42, 0.3], [0.52, 0.2], [0.52, 0.8]]],
  2: [[...arc([0.5, 0.35], [0.17, 0.15], 190, 380), [0.6, 0.5], [0.32, 0.78], [0.7, 0.78]]],
  3: [[...arc([0.47, 0.34], [0.17, 0.14], 200, 450), ...arc([0.47, 0.64], [0.2, 0.16], -90, 160)]],
  4: [[[0.42, 0.2], [0.32, 0.54], [0.68, 0.54]], [[0.6, 0.36], [0.57, 0.84]]],
  5: [[[0.66, 0.22], [0.4, 0.22], [0.37, 0.46], ...arc([0.48, 0.6], [0.19, 0.17], -120, 140)]],
  6: [[[0.6, 0.18], [0.44, 0.32], [0.36, 0.5], ...arc([0.51, 0.64], [0.16, 0.16], 190, -170)]],
  7: [[[0.3, 0.24], [0.7, 0.24], [0.46, 0.8]]],
  8: [[...arc([0.5, 0.35], [0.15, 0.14], 90, 450), ...arc([0.5, 0.66], [0.18, 0.17], -90, 270)]],
  9: [[...arc([0.48, 0.36], [0.16, 0.15], 0, -360), [0.64, 0.36], [0.62, 0.58], [0.54, 0.82]]],
};

/**
 * Points on an ellipse, angles in degrees from the right, clockwise.
 * @param {[number, number]} centre
 * @param {[number, number]} radius
 * @param {number} from
 * @param {number} to
 * @returns {Stroke}
 */
function arc([cx, cy], [rx, ry], from, to) {
  const steps = 20;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / steps) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

/**
 * Draws on the pad by moving the pointer.
 * @param {Page} page
 * @param {Stroke[]} strokes
 */
export async function draw(page, strokes) {
  const pad = page.getByRole("application", { name: "Drawing pad" });
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (!box) throw new Error("the drawing pad is not to be seen");
  /** @param {[number, number] | undefined} point @returns {[number, number]} */
  const at = ([x, y] = [0, 0]) => [box.x + x * box.width, box.y + y * box.height];
  for (const stroke of strokes) {
    await page.mouse.move(...at(stroke[0]));
    await page.mouse.down();
    for (const point of stroke.slice(1)) await page.mouse.move(...at(point), { steps: 3 });
    await page.mouse.up();
  }
}
