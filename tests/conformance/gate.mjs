// What may change: no case that passed may stop passing, and none may be wrong or trapped.

/** @typedef {import("./worker.mjs").Status} Status */
/** @typedef {import("./worker.mjs").Outcome} Outcome */
/** @typedef {Record<string, Record<string, Outcome>>} Outcomes by case, then by build */
/** @typedef {Record<string, Status | Record<string, Status>>} Expected the cases that don't pass; by build where these differ */

export const UPDATE = "cargo xtask conformance --update";

/**
 * Everything that a change must not do, one line each.
 * @param {Outcomes} outcomes
 * @param {Expected} expected
 * @param {string[]} builds
 * @returns {string[]}
 */
export function judge(outcomes, expected, builds) {
  /** @type {string[]} */
  const problems = [];
  for (const [name, byBuild] of Object.entries(outcomes)) {
    for (const build of builds) {
      const { status, reason } = byBuild[build] ?? { status: "trapped", reason: "not run" };
      const listed = statusOf(expected, name, build);
      const told = `${name} (${build})`;
      if (status === "wrong" || status === "trapped") problems.push(`${told} is ${status}: ${reason}`);
      else if (status === "refused" && listed === "pass") problems.push(`${told} passed, and is refused now: ${reason}`);
      else if (status === "pass" && listed !== "pass") problems.push(`${told} is listed as ${listed}, and passes now: ${UPDATE}`);
      else if (status === "refused" && listed !== "refused") problems.push(`${told} is listed as ${listed}, and is refused now: ${UPDATE}`);
    }
  }
  for (const name of Object.keys(expected)) {
    if (!outcomes[name]) problems.push(`${name} is listed, and there is no such case: ${UPDATE}`);
  }
  return problems;
}

/**
 * The list as it should be now. Takes only what is better: a case that stops passing is not written off.
 * @param {Outcomes} outcomes
 * @param {Expected | undefined} expected nothing the first time
 * @param {string[]} builds
 * @returns {{ list: Expected, worse: string[] }}
 */
export function update(outcomes, expected, builds) {
  /** @type {Expected} */
  const list = {};
  /** @type {string[]} */
  const worse = [];
  for (const name of Object.keys(outcomes).sort()) {
    const statuses = builds.map((build) => {
      const status = outcomes[name]?.[build]?.status ?? "trapped";
      const listed = expected ? statusOf(expected, name, build) : status;
      if (RANK[status] < RANK[listed]) worse.push(`${name} (${build}) was ${listed}, and is ${status}`);
      return [build, status];
    });
    const distinct = new Set(statuses.map(([, status]) => /** @type {Status} */ (status)));
    const [only] = distinct;
    if (only === undefined || (distinct.size === 1 && (only === "pass" || only === "not_tensor"))) continue;
    list[name] = distinct.size === 1 ? only : Object.fromEntries(statuses.filter(([, status]) => status !== "pass"));
  }
  return { list, worse };
}

/**
 * A refusal is better than a wrong number.
 * @type {Record<Status, number>}
 */
const RANK = { trapped: 0, wrong: 0, refused: 1, not_tensor: 2, pass: 2 };

/**
 * @param {Expected} expected
 * @param {string} name
 * @param {string} build
 * @returns {Status}
 */
function statusOf(expected, name, build) {
  const listed = expected[name];
  return (typeof listed === "object" ? listed[build] : listed) ?? "pass";
}
