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
  const lines = [HEAD, ...cells(rows)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = (/** @type {string[]} */ line) =>
    line.map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ");
  return `${lines.map(text).join("\n")}\n(downloads: JS + wasm + model; times in ms, median unless said otherwise; memory of wasm)`;
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
