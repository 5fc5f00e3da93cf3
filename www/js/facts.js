// What a model says about itself, in rows.

/**
 * @typedef {import("./types.js").Card} Card
 * @typedef {import("./types.js").Description} Description
 * @typedef {import("./types.js").TensorSpec} TensorSpec
 * @typedef {{ term: string, value: string, wide?: boolean }} Fact
 */

/** @type {Readonly<Record<string, string>>} */
const SIMD = { relaxed: "relaxed (fused multiply-add)", baseline: "baseline (simd128)" };

/**
 * @param {Description} description
 * @param {import("./types.js").ModuleSize} size
 * @returns {Fact[]}
 */
export function factsOf(description, size) {
  const { name, version, digest, inputs, outputs, engine } = description;
  const { license } = /** @type {Card} */ (description.card);
  const facts = [
    { term: "Name", value: name },
    { term: "Version", value: version },
    { term: "Engine", value: `${engine.name} ${engine.version}` },
    { term: "SIMD build", value: SIMD[engine.simd] ?? engine.simd },
    { term: "Module", value: sizeInWords(size) },
    { term: "Licence", value: license },
    { term: "Signature", value: `${inputs.map(specOf).join(", ")} → ${outputs.map(specOf).join(", ")}`, wide: true },
    { term: "Digest", value: digest, wide: true },
  ];
  return facts.flatMap(({ value, ...fact }) => (value === undefined ? [] : [{ ...fact, value }]));
}

/** @param {import("./types.js").ModuleSize} size */
function sizeInWords({ bytes, transferred }) {
  const packed = transferred > 0 && transferred < bytes ? `, ${inMegabytes(transferred)} compressed` : "";
  return `${inMegabytes(bytes)}${packed}: engine and model`;
}

/** @param {number} bytes */
function inMegabytes(bytes) {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

/** @type {Readonly<Record<string, string>>} */
const SHORT = { float: "f", int: "i", uint: "u" };

/**
 * A tensor as messages write it: `image: f32[N,1,28,28]`.
 * @param {TensorSpec} spec
 */
export function specOf({ name, dtype, shape }) {
  const short = dtype.replace(/^(float|uint|int)(?=\d)/, (word) => SHORT[word] ?? word);
  return `${name}: ${short}[${shape ? shape.join(",") : "…"}]`;
}
