// The rows as text.

import { size, text } from "../table.mjs";
import { allCells } from "./cells.mjs";

/** @typedef {import("../types.js").LoadRow} LoadRow */

export const HEAD = ["images", "format", "connections", "server", "answers/s", "p50 ms", "p99 ms", "CPU ms/answer", "wrong", "× Flask"];

/** @param {LoadRow[]} rows @returns {string[][]} */
export function cells(rows) {
  return sorted(rows).map((row) => [
    `${row.batch}`,
    row.format,
    `${row.connections}`,
    row.server,
    row.rate >= 100 ? row.rate.toFixed(0) : row.rate.toFixed(1),
    digits(row.p50_ms),
    digits(row.p99_ms),
    row.processor_ms === null ? "–" : digits(row.processor_ms),
    `${row.wrong}`,
    ratio(row, rows),
  ]);
}

export const MEMORY_HEAD = ["server", "after warming up", "at the end", "at the end, shared pages shared out"];

/** @param {import("../types.js").LoadRun["memory"]} memory @returns {string[][]} */
export function memoryCells(memory) {
  return Object.entries(memory).map(([name, { idle, end }]) => [
    name,
    ...[idle?.resident, end?.resident, end?.proportional].map((bytes) => (bytes === undefined ? "–" : size(bytes))),
  ]);
}

export const BATCH_HEAD = ["model", "predicted at once", "µs an example"];

/** @param {import("../types.js").BatchRow[]} batches @returns {string[][]} */
export function batchCells(batches) {
  return batches.map(({ model, size, example_us }) => [model, `${size}`, example_us.toFixed(1)]);
}

/** @param {import("../types.js").LoadRun} run */
export function table({ rows, memory, batches }) {
  const parts = [text([HEAD, ...cells(rows)], 2), text([MEMORY_HEAD, ...memoryCells(memory)], 1), text([BATCH_HEAD, ...batchCells(batches)], 1)];
  return parts.join("\n\n");
}

/** How many times as many answers as Flask gives. @param {LoadRow} row @param {LoadRow[]} rows */
function ratio(row, rows) {
  const other = rows.find(({ server, ...cell }) => server === "flask" && same(cell, row));
  return other && row.server !== "flask" ? (row.rate / other.rate).toFixed(2) : "";
}

/** @param {LoadRow[]} rows */
function sorted(rows) {
  return allCells().flatMap((cell) => rows.filter((row) => same(cell, row)));
}

/** @param {import("../types.js").Cell} a @param {import("../types.js").Cell} b */
function same(a, b) {
  return a.connections === b.connections && a.batch === b.batch && a.format === b.format;
}

/** @param {number} ms */
function digits(ms) {
  if (ms >= 100) return ms.toFixed(0);
  return ms.toFixed(ms >= 10 ? 1 : 2);
}
