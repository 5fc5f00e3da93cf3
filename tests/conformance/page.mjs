// docs/CONFORMANCE.md.

import { alike, count, family, grouped, oneLine } from "./totals.mjs";

/** @typedef {import("./cases.mjs").Case} Case */
/** @typedef {import("./worker.mjs").Outcome} Outcome */
/**
 * @typedef {{ date: string, onnx: string, cases: Case[], outcomes: Record<string, Record<string, Outcome>>,
 *   columns: { key: string, title: string }[], own: string, peer: string, versions: Record<string, string> }} Run
 */

/**
 * The page of a run.
 * @param {Run} run
 */
export function page(run) {
  const titles = run.columns.map(({ title }) => title);
  const right = ["---", "--:", ...titles.map(() => "--:")];
  const peer = run.columns.find(({ key }) => key === run.peer)?.title ?? run.peer;
  return `# Conformance

Written by \`cargo xtask conformance --publish\` on ${run.date.slice(0, 10)}; don't edit.

ONNX's own backend suite, as the wheel of \`onnx\` ${run.onnx} ships it, run in WebAssembly in Node: every case in an instance
of its own (onnxruntime-web's serves up to 200 cases, as long as they pass), every engine in the same run and with the same comparison. A case **passes** if every output has the expected
dtype, shape and elements (floats to 1e-3 relative and 1e-5 absolute, NaN and infinities as they are, everything else
exactly). It is **refused** if the engine says that it can't run the model or take the input, **wrong** if it answers
something else, **trapped** if its instance ended or gave no answer. Cases with a sequence or an optional among their inputs
and outputs are not tensors, and not run. Models are given as they are: what defines shapes arrives at run time.

## Totals

${markdown([["", "cases", ...titles], right, ...totals(run)])}

## How to repeat it

\`cargo xtask conformance\` builds the engines and writes \`target/conformance/results.json\`, which has each case's outcome and
reason; \`--peer\` runs ${peer}, too, and \`--publish\` writes this page. \`cargo xtask test --only conformance\` is the gate: no
case that passed may stop passing, and none may be wrong.

## What is not answered

Where cases of an operator are refused, and why. Reasons that differ only in numbers share a line, with those of the first
case; \`…\` stands for its name.

${markdown([["operator", "cases", "reason"], ["---", "--:", "---"], ...reasons(run, run.own)])}

## By operator

Cases that pass. An operator's function body as a graph of its own (\`_expanded\`) counts for that operator.

${markdown([["operator", "cases", ...titles], right, ...families(run)])}

## What ${peer} answers wrongly

Some are close: differences of Fourier transforms are just beyond the tolerance, and what training Dropout draws, ONNX does not
prescribe (Onnxlet refuses it).

${markdown([["operator", "cases", "first difference"], ["---", "--:", "---"], ...wrong(run, run.peer)])}

## Versions

${markdown([["", ""], ["---", "---"], ...Object.entries(run.versions)])}
`;
}

/** @param {Run} run */
function totals(run) {
  const tensors = run.cases.filter(({ not_tensor: reason }) => reason === undefined);
  const outcomes = (/** @type {Case[]} */ cases, /** @type {string} */ key) =>
    count(cases.map(({ name }) => run.outcomes[name]?.[key]));
  const passing = (/** @type {string} */ title, /** @type {Case[]} */ cases) => {
    const share = (/** @type {string} */ key) => {
      const { pass } = outcomes(cases, key);
      return `${pass} (${((100 * pass) / cases.length).toFixed(1)} %)`;
    };
    return [title, String(cases.length), ...run.columns.map(({ key }) => share(key))];
  };
  const suites = grouped(tensors, ({ suite }) => suite).map(([suite, cases]) => passing(`pass, ${suite}`, cases));
  const others = /** @type {const} */ (["wrong", "refused", "trapped"]).map((status) =>
    [status, "", ...run.columns.map(({ key }) => String(outcomes(tensors, key)[status]))]);
  const skipped = ["not tensors", String(run.cases.length - tensors.length), ...run.columns.map(() => "")];
  return [passing("**pass**", tensors), ...suites, ...others, skipped];
}

/** @param {Run} run */
function families(run) {
  const tensors = run.cases.filter(({ not_tensor: reason }) => reason === undefined);
  return grouped(tensors, family)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([operator, cases]) => {
      const cell = (/** @type {string} */ key) => {
        const { pass, wrong, trapped } = count(cases.map(({ name }) => run.outcomes[name]?.[key]));
        return [pass, ...(wrong ? [`${wrong} wrong`] : []), ...(trapped ? [`${trapped} trapped`] : [])].join(", ");
      };
      return [operator, String(cases.length), ...run.columns.map(({ key }) => cell(key))];
    });
}

/**
 * @param {Run} run
 * @param {string} key
 */
function reasons(run, key) {
  const outcome = (/** @type {Case} */ { name }) => run.outcomes[name]?.[key];
  const unanswered = run.cases.filter((chosen) => !["pass", "not_tensor"].includes(outcome(chosen)?.status ?? "pass"));
  const reason = (/** @type {Case} */ chosen) => {
    const { status, reason: said = "" } = /** @type {Outcome} */ (outcome(chosen));
    return `${status === "refused" ? "" : `**${status}**: `}${oneLine(chosen, said)}`;
  };
  return grouped(unanswered, family).flatMap(([operator, cases]) =>
    grouped(cases, (chosen) => alike(reason(chosen))).map(([, alikes]) => {
      const [first] = alikes;
      return [operator, String(alikes.length), first ? reason(first) : ""];
    }));
}

/**
 * @param {Run} run
 * @param {string} key
 */
function wrong(run, key) {
  const cases = run.cases.filter(({ name }) => run.outcomes[name]?.[key]?.status === "wrong");
  return grouped(cases, family).map(([operator, same]) => {
    const [first] = same;
    const reason = first ? run.outcomes[first.name]?.[key]?.reason : "";
    return [operator, String(same.length), `${first?.name}: ${reason}`];
  });
}

/** @param {string[][]} lines */
function markdown(lines) {
  const cell = (/** @type {string} */ text) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
  return lines.map((line) => `| ${line.map(cell).join(" | ")} |`).join("\n");
}
