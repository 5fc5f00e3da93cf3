// The command line, as `cargo xtask bench` hands it on.

import { parseArgs } from "node:util";
import { ENGINES } from "./engines.mjs";

/** @type {import("./types.js").HostName[]} */
const HOSTS = ["node", "chromium"];

/** Those that nothing has to be compiled for. */
export const READY = ENGINES.filter((engine) => engine !== "tract-plain" && engine !== "rten");

/**
 * @typedef {object} Options
 * @property {string[]} models empty for all
 * @property {import("./types.js").EngineName[]} engines
 * @property {import("./types.js").HostName[]} hosts
 * @property {number} rounds how often each engine is started afresh, at most
 * @property {number} steady in how many of these rounds it goes on predicting
 * @property {number} minutes by which the last round should be done, from the first one's beginning
 * @property {boolean} quick
 * @property {boolean} publish
 */

/**
 * @param {string[]} args
 * @returns {Options}
 */
export function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      models: { type: "string" },
      engines: { type: "string" },
      hosts: { type: "string" },
      rounds: { type: "string" },
      minutes: { type: "string" },
      quick: { type: "boolean", default: false },
      publish: { type: "boolean", default: false },
    },
  });
  const { quick, publish } = values;
  if (quick && publish) throw new Error("--quick measures too little to --publish");
  const rounds = number("--rounds", values.rounds ?? (quick ? "2" : "10"));
  return {
    models: values.models?.split(",") ?? (quick ? ["digits"] : []),
    engines: chosen("--engines", values.engines ?? (quick ? READY.join(",") : undefined), ENGINES),
    hosts: chosen("--hosts", values.hosts, HOSTS),
    rounds,
    steady: Math.min(rounds, quick ? 1 : 3),
    minutes: number("--minutes", values.minutes ?? "15"),
    quick,
    publish,
  };
}

/**
 * @template {string} Name
 * @param {string} option
 * @param {string | undefined} given
 * @param {Name[]} known
 * @returns {Name[]} in the usual order
 */
function chosen(option, given, known) {
  if (given === undefined) return known;
  const names = given.split(",");
  const unknown = names.find((name) => !known.some((other) => other === name));
  if (unknown !== undefined) throw new Error(`${option} ${unknown}: expected some of ${known.join(", ")}`);
  return known.filter((name) => names.includes(name));
}

/**
 * @param {string} option
 * @param {string} given
 */
function number(option, given) {
  if (!/^[1-9][0-9]{0,3}$/.test(given)) throw new Error(`${option} ${given}: expected a whole number from 1`);
  return Number(given);
}
