// Profiles as text.

/** @typedef {import("./measure.mjs").Line} Line */
/** @typedef {{ model: import("../types.js").Model, tiers: (import("./measure.mjs").Tier & { name: string })[], peak: number, call: number, functions: number, lines: Line[] }} Profile */

/** How many single steps are named. */
const NAMED = 8;

/** @param {Profile[]} profiles */
export const page = (profiles) => profiles.map(section).join("\n");

/** @param {Profile} profile */
function section({ model, tiers, peak, call, functions, lines }) {
  const all = sum(lines, "time");
  const beside = `A call takes ${ms(call)} ms`;
  const head = [`## ${model.name}`, "", `${model.about}.`, ""];
  const tier = [
    "| V8 | first call | least | steady after |",
    "| --- | --: | --: | --: |",
    ...tiers.map(({ name, first, steady, calls }) => `| ${name} | ${ms(first)} ms | ${ms(steady)} ms | ${calls} calls |`),
    "",
  ];
  if (lines.length === 0) return [...head, `${beside}; tract runs this model, step by step unknown here.`, "", ...tier].join("\n");
  const operations = sum(lines, "operations");
  const cost = `its ${lines.length} steps ${ms(all)} ms, what is beside the steps ${ms(Math.max(call - all, 0))} ms.`;
  const speed = `${(operations / 1e6).toFixed(2)} MFLOP in all: ${rate(operations, all)} GFLOP/s of a peak of ${peak.toFixed(1)}.`;
  const module = `The unbaked module has ${functions} functions.`;
  return [...head, `${beside}: ${cost} ${speed} ${module}`, "", ...byKind(lines, all), ...longest(lines, all), ...tier].join("\n");
}

/** @param {Line[]} lines @param {number} all */
function byKind(lines, all) {
  const kinds = new Map(lines.map(({ kind }) => [kind, lines.filter((line) => line.kind === kind)]));
  const rows = [...kinds].map(([kind, own]) => ({ kind, count: own.length, time: sum(own, "time"), operations: sum(own, "operations") }));
  rows.sort((a, b) => b.time - a.time);
  return [
    "| kernel | steps | ms | share | GFLOP/s |",
    "| --- | --: | --: | --: | --: |",
    ...rows.map(({ kind, count, time, operations }) => `| ${kind} | ${count} | ${ms(time)} | ${share(time, all)} | ${rate(operations, time)} |`),
    "",
  ];
}

/** @param {Line[]} lines @param {number} all */
function longest(lines, all) {
  const rows = [...lines].sort((a, b) => b.time - a.time).slice(0, NAMED);
  return [
    "| the longest steps | sizes | ms | share | GFLOP/s |",
    "| --- | --- | --: | --: | --: |",
    ...rows.map(({ kind, sizes, time, operations }) => `| ${kind} | ${sizes} | ${ms(time)} | ${share(time, all)} | ${rate(operations, time)} |`),
    "",
  ];
}

/** @param {Line[]} lines @param {"time" | "operations"} field */
const sum = (lines, field) => lines.reduce((total, line) => total + line[field], 0);

/** @param {number} time */
const ms = (time) => time.toPrecision(3);

/** @param {number} time @param {number} all */
const share = (time, all) => `${((100 * time) / all).toFixed(1)} %`;

/** @param {number} operations @param {number} time in ms */
const rate = (operations, time) => (operations === 0 ? "–" : (operations / time / 1e6).toFixed(1));
