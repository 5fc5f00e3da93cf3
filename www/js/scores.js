// From a prediction's outputs to one score for each label.

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Description} Description
 * @typedef {import("./types.js").Outputs} Outputs
 */

/**
 * The output whose classes the card names.
 * @param {Description} description
 * @returns {{ name: string, labels: readonly string[] }}
 */
export function labelledOutput(description) {
  for (const { name, labels } of description.outputs) if (labels) return { name, labels };
  throw new Error(`the model ${description.name} names no labels for any output, so there is nothing to chart`);
}

/**
 * @param {Outputs} prediction of one example
 * @param {{ name: string, labels: readonly string[] }} output
 * @returns {Answer}
 */
export function answerOf(prediction, { name, labels }) {
  const tensor = prediction.outputs?.[name];
  if (!tensor || tensor.data.length !== labels.length) {
    throw new Error(`output ${name}: expected ${labels.length} scores, got ${tensor ? tensor.data.length : "no such output"}`);
  }
  // JSON writes a float32 in its shortest decimals, which read as another float64: rounded, they are the same again.
  const exact = tensor.dtype === "float32" ? Math.fround : Number;
  return { labels, scores: Array.from(tensor.data, (score) => exact(Number(score))) };
}
