// Types only: what the pieces of the page hand to each other. Nothing is run from here.

/** @typedef {import("../../npm/src/runtime/types.js").Description} Description */
/** @typedef {import("../../npm/src/runtime/types.js").LoadOptions} LoadOptions */
/** @typedef {import("../../npm/src/runtime/types.js").TensorSpec} TensorSpec */

/**
 * What is read of a prediction; the same from the package and, as JSON, from the edge.
 * @typedef {object} Outputs
 * @property {Record<string, { dtype: string, data: ArrayLike<unknown> }>} outputs
 */

/**
 * The answer in the form the page shows: one score for each label.
 * @typedef {object} Answer
 * @property {readonly string[]} labels
 * @property {readonly number[]} scores
 */

/**
 * What the page asks of a loaded model.
 * @typedef {object} Model
 * @property {() => Description} describe
 * @property {(input: unknown) => Promise<Outputs>} predict
 */

/**
 * How large a model's wasm module is.
 * @typedef {object} ModuleSize
 * @property {number} bytes unpacked
 * @property {number} transferred bytes on the way, compressed; 0 where that is not known
 */

/**
 * A package of the site: what `import("./packages/onnxlet-<name>/…")` gives.
 * @typedef {object} ModelPackage
 * @property {(options?: LoadOptions) => Promise<Model>} load
 */

/**
 * How a card says that a picture becomes the input.
 * @typedef {object} CardImage
 * @property {number} width
 * @property {number} height
 * @property {{ content: number, center: "mass" | "box" }} [frame]
 */

/**
 * One measurement that a tabular model takes.
 * @typedef {object} CardFeature
 * @property {string} name
 * @property {string} [unit]
 * @property {string} [description]
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [step]
 * @property {number} [default]
 */

/**
 * The parts of a card that the page reads.
 * @typedef {object} Card
 * @property {string} [license]
 * @property {Record<string, { image?: CardImage, features?: CardFeature[], description?: string }>} [inputs]
 */

export {};
