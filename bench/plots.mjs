// The published plots: a row a model, a mark an engine, logarithmic.

import { compile } from "vega-lite";
import { parse, View } from "vega";
import { ENGINES } from "./engines.mjs";

/** @typedef {import("./types.js").Row} Row */

/** Colours that are told apart with any eyesight (Okabe and Ito), and shapes besides. */
const COLOURS = ["#D55E00", "#E69F00", "#009E73", "#0072B2", "#CC79A7", "#56B4E9"];
const SHAPES = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross"];

/** @type {{ file: string, title: string, unit: string, value: (row: Row) => number }[]} */
const PLOTS = [
  { file: "download.svg", title: "Download (gzip): JS + wasm + model", unit: "MB", value: ({ bytes }) => bytes.gzip / 1e6 },
  { file: "cold.svg", title: "Cold start to first answer, median", unit: "ms", value: ({ cold_ms }) => cold_ms.median },
  { file: "predict.svg", title: "Steady predict, median", unit: "ms", value: ({ predict_ms }) => predict_ms.median },
  { file: "memory.svg", title: "WebAssembly memory after predicting", unit: "MB", value: ({ memory_bytes }) => memory_bytes / 1e6 },
];

/**
 * @param {Row[]} rows
 * @returns {Promise<{ file: string, title: string, svg: string }[]>}
 */
export async function plots(rows) {
  return Promise.all(PLOTS.map(async ({ file, title, unit, value }) => {
    const values = rows.map((row) => ({ model: row.model, engine: row.engine, host: row.host, value: value(row) }));
    return { file, title, svg: await draw(title, unit, values) };
  }));
}

/**
 * @param {string} title
 * @param {string} unit
 * @param {object[]} values
 */
async function draw(title, unit, values) {
  const engine = { field: "engine", type: "nominal", title: "engine" };
  const { spec } = compile(/** @type {import("vega-lite").TopLevelSpec} */ ({
    title,
    background: "white",
    data: { values },
    facet: { column: { field: "host", type: "nominal", title: null, sort: ["node", "chromium"] } },
    spec: {
      width: 380,
      height: { step: 26 },
      mark: { type: "point", filled: true, size: 80, opacity: 0.9 },
      encoding: {
        y: { field: "model", type: "nominal", title: null, sort: null, axis: { grid: true } },
        x: { field: "value", type: "quantitative", title: unit, scale: { type: "log" }, axis: { tickCount: 6 } },
        color: { ...engine, scale: { domain: ENGINES, range: COLOURS } },
        shape: { ...engine, scale: { domain: ENGINES, range: SHAPES } },
      },
    },
  }));
  const view = new View(parse(spec), { renderer: "none" });
  return `${await view.toSVG()}\n`;
}
