// The rows as text.

/** @typedef {import("./types.js").Row} Row */

export const HEAD = ["model", "host", "engine", "raw", "gzip", "brotli", "cold min", "cold", "predict min", "predict", "memory"];

/**
 * Cells of every row, by model and host; within these, the order of the engines.
 * @param {Row[]} rows
 * @returns {string[][]}
 */
export function cells(rows) {
  return sorted(rows).map(({ model, engine, host, bytes, cold_ms, predict_ms, memory_bytes }) => [
    model,
    host,
    engine,
    ...[bytes.raw, bytes.gzip, bytes.brotli].map(size),
    ...[cold_ms.min, cold_ms.median, predict_ms.min, predict_ms.median].map(milliseconds),
    size(memory_bytes),
  ]);
}

/**
 * @param {Row[]} rows
 * @returns {string}
 */
export function table(rows) {
  return `${text([HEAD, ...cells(rows)], 3)}\n(downloads: JS + wasm + model; times in ms, median unless said otherwise; memory of wasm)`;
}

/**
 * @param {string[][]} lines
 * @param {number} left how many columns begin on the left
 */
export function text(lines, left) {
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const pad = (/** @type {string} */ cell, /** @type {number} */ column) =>
    column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return lines.map((line) => line.map(pad).join("  ")).join("\n");
}

/** @param {string[][]} lines */
export function markdown(lines) {
  return lines.map((line) => `| ${line.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}

const OWN = "onnxlet-relaxed";
const RIVALS = ["onnxruntime-web", "rten"];

export const RATIO_HEAD = ["model", "host", ...["download", "cold", "predict"].flatMap((what) => RIVALS.map((rival) => `${what} / ${rival}`))];

/**
 * What Onnxlet takes as a share of what others take: gzip, median, median.
 * @param {Row[]} rows
 * @returns {string[][]}
 */
export function ratios(rows) {
  return sorted(rows).filter(({ engine }) => engine === OWN).map((own) => {
    const rivals = RIVALS.map((engine) =>
      rows.find((row) => row.engine === engine && row.model === own.model && row.host === own.host));
    /** @param {(row: Row) => number} value */
    const shares = (value) => rivals.map((rival) => (rival ? (value(own) / value(rival)).toFixed(2) : "–"));
    const medians = [shares(({ cold_ms }) => cold_ms.median), shares(({ predict_ms }) => predict_ms.median)].flat();
    return [own.model, own.host, ...shares(({ bytes }) => bytes.gzip), ...medians];
  });
}

/** @param {Row[]} rows */
function sorted(rows) {
  const models = [...new Set(rows.map(({ model }) => model))];
  return models.flatMap((name) => {
    const own = rows.filter(({ model }) => model === name);
    return [...new Set(own.map(({ host }) => host))].flatMap((host) => own.filter((row) => row.host === host));
  });
}

/**
 * Three digits that count, in decimal units.
 * @param {number} bytes
 */
export function size(bytes) {
  const [value, unit] = bytes < 999_500 ? [bytes / 1e3, "KB"] : [bytes / 1e6, "MB"];
  return `${value < 999.5 ? value.toPrecision(3) : value.toFixed(0)} ${unit}`;
}

/** @param {number} ms */
export function milliseconds(ms) {
  if (ms >= 100) return ms.toFixed(0);
  return ms >= 10 ? ms.toFixed(1) : ms.toFixed(ms >= 1 ? 2 : 3);
}
