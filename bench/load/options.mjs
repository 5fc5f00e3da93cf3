// The command line, as `cargo xtask load` hands it on.

import { parseArgs } from "node:util";
import { allCells } from "./cells.mjs";
import { ABOUT } from "./servers.mjs";

/** @typedef {import("../types.js").Cell} Cell */

/**
 * @typedef {object} Options
 * @property {import("../types.js").ServerName[]} servers
 * @property {Cell[]} cells
 * @property {number} seconds that each server is asked in each cell, all rounds together
 * @property {number} rounds
 * @property {boolean} quick
 * @property {boolean} publish
 */

/** @param {string[]} args @returns {Options} */
export function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      servers: { type: "string" },
      seconds: { type: "string" },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      publish: { type: "boolean", default: false },
    },
  });
  const { quick, publish } = values;
  if (quick && publish) throw new Error("--quick measures too little to --publish");
  return {
    servers: chosen(values.servers),
    cells: quick ? allCells().filter(({ connections }) => connections === 16) : allCells(),
    seconds: number("--seconds", values.seconds ?? (quick ? "1" : "6")),
    rounds: number("--rounds", values.rounds ?? (quick ? "1" : "2")),
    quick,
    publish,
  };
}

/** @param {string | undefined} given */
function chosen(given) {
  const known = /** @type {import("../types.js").ServerName[]} */ (Object.keys(ABOUT));
  if (given === undefined) return known;
  const names = given.split(",");
  const unknown = names.find((name) => !known.some((other) => other === name));
  if (unknown !== undefined) throw new Error(`--servers ${unknown}: expected some of ${known.join(", ")}`);
  return known.filter((name) => names.includes(name));
}

/** @param {string} option @param {string} given */
function number(option, given) {
  if (!/^[1-9][0-9]{0,2}$/.test(given)) throw new Error(`${option} ${given}: expected a whole number from 1`);
  return Number(given);
}
