// Runs the suite in every build of the engine, writes target/conformance/results.json, and judges it.
// `cargo xtask conformance` calls this with everything built and fetched.

import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT, TARGET } from "../setup/paths.mjs";
import { family, count, told } from "./totals.mjs";
import { judge, update, UPDATE } from "./gate.mjs";
import { page } from "./page.mjs";
import { readIndex } from "./cases.mjs";
import { runAll } from "./pool.mjs";

const BUILDS = ["relaxed", "baseline"];
const PEER = "onnxruntime-web";
const OUT = join(TARGET, "conformance");
const CASES = join(OUT, "cases");
const EXPECTED = join(ROOT, "tests/conformance/expected.json");
const PEER_FOLDER = join(ROOT, "bench/node_modules", PEER);
/** Cases told by name in one line each; the rest is counted. */
const SHOWN = 50;

const { values: options } = parseArgs({
  options: {
    filter: { type: "string", multiple: true, default: [] },
    peer: { type: "boolean", default: false },
    publish: { type: "boolean", default: false },
    update: { type: "boolean", default: false },
  },
});

const index = await readIndex(CASES);
const chosen = index.cases.filter((each) =>
  options.filter.length === 0 ||
  options.filter.some((filter) => `${each.suite}/${each.name}`.includes(filter) || family(each) === filter));
/** @type {Record<string, Record<string, import("./worker.mjs").Outcome>>} */
const outcomes = Object.fromEntries(chosen.map(({ name }) => [name, {}]));

for (const simd of BUILDS) await run(simd, await build(simd));
if (options.peer || options.publish) await run(PEER, peer());
process.exitCode = options.filter.length > 0 ? tell() : await conclude();

/**
 * A build of the engine, compiled once.
 * @param {string} simd
 * @returns {Promise<import("./pool.mjs").Contestant>}
 */
async function build(simd) {
  const folder = join(TARGET, "wasm/engine", simd);
  const module = await WebAssembly.compile(await readFile(join(folder, "engine_bg.wasm")));
  const setting = { glue: join(folder, "engine.js"), module };
  return { adapter: new URL("engines/onnxlet.mjs", import.meta.url).href, setting, passes: 200, survivesFailure: true };
}

/** @returns {import("./pool.mjs").Contestant} */
function peer() {
  const setting = { bundle: join(PEER_FOLDER, "dist/ort.wasm.bundle.min.mjs") };
  return { adapter: new URL("engines/onnxruntime-web.mjs", import.meta.url).href, setting, passes: 200, survivesFailure: false };
}

/**
 * @param {string} name
 * @param {import("./pool.mjs").Contestant} contestant
 */
async function run(name, contestant) {
  const start = performance.now();
  let done = 0;
  await runAll(contestant, CASES, chosen, availableParallelism(), (each, outcome) => {
    /** @type {Record<string, unknown>} */ (outcomes[each.name])[name] = outcome;
    done += 1;
    if (done % 500 === 0) console.log(`${name}: ${done} of ${chosen.length} cases`);
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${name}: ${told(counts(name))} (${seconds} s)`);
}

/** @param {string} name */
function counts(name) {
  return count(Object.values(outcomes).map((byBuild) => byBuild[name]));
}

/** What came of the chosen few; nothing is written or judged. */
function tell() {
  for (const [name, byBuild] of Object.entries(outcomes)) {
    for (const [build, { status, reason = "" }] of Object.entries(byBuild)) console.log(`${status} ${name} (${build}) ${reason}`);
  }
  return 0;
}

async function conclude() {
  await write();
  if (options.publish) await publish();
  if (options.update) return renew();
  const expected = await readExpected();
  if (!expected) throw new Error(`${EXPECTED} is missing: ${UPDATE}`);
  const problems = judge(outcomes, expected, BUILDS);
  for (const problem of problems.slice(0, SHOWN)) console.log(`✗ ${problem}`);
  if (problems.length > SHOWN) console.log(`✗ and ${problems.length - SHOWN} more`);
  const passed = BUILDS.reduce((sum, build) => sum + counts(build).pass, 0);
  // As cargo counts: xtask reads it.
  console.log(`test result: ${problems.length ? "FAILED" : "ok"}. ${passed} passed; ${problems.length} failed`);
  return problems.length ? 1 : 0;
}

async function write() {
  const builds = Object.fromEntries(BUILDS.map((build) => [build, counts(build)]));
  const peers = options.peer || options.publish ? { peers: { [PEER]: { version: await peerVersion(), ...counts(PEER) } } } : {};
  const results = { onnx: index.onnx, builds, ...peers, cases: outcomes };
  const path = join(OUT, "results.json");
  await writeFile(path, `${JSON.stringify(results, null, 1)}\n`);
  console.log(path);
}

async function peerVersion() {
  return JSON.parse(await readFile(join(PEER_FOLDER, "package.json"), "utf8")).version;
}

async function publish() {
  const version = await peerVersion();
  const columns = [...BUILDS.map((key) => ({ key, title: `Onnxlet, ${key}` })), { key: PEER, title: `${PEER} ${version}` }];
  const versions = { onnx: index.onnx, [PEER]: version, node: process.version, platform: `${process.platform} ${process.arch}` };
  const date = new Date().toISOString();
  const text = page({ date, onnx: index.onnx, cases: index.cases, outcomes, columns, own: "relaxed", peer: PEER, versions });
  const path = join(ROOT, "docs/CONFORMANCE.md");
  await writeFile(path, text);
  console.log(path);
}

/** Writes the list of cases that don't pass, unless one stopped passing. */
async function renew() {
  const { list, worse } = update(outcomes, await readExpected(), BUILDS);
  for (const line of worse) console.log(`✗ ${line}`);
  if (worse.length > 0) {
    console.log("nothing is written: make these pass again, or delete the file to begin anew");
    return 1;
  }
  await writeFile(EXPECTED, `${JSON.stringify(list, null, 1)}\n`);
  console.log(`${EXPECTED}: ${Object.keys(list).length} cases that don't pass`);
  return 0;
}

/** @returns {Promise<import("./gate.mjs").Expected | undefined>} */
async function readExpected() {
  try {
    return JSON.parse(await readFile(EXPECTED, "utf8"));
  } catch (error) {
    if (/** @type {any} */ (error).code === "ENOENT") return undefined;
    throw error;
  }
}
