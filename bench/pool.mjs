// A batch of digits on one thread and on two, beside onnxruntime-web, in one interleaved run: `cargo xtask bench --pool`.

import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { difference } from "./compare.mjs";
import { LIMIT } from "./contestants.mjs";
import { encode } from "./harness/tensors.mjs";
import { openHosts } from "./hosts/hosts.mjs";
import { busyness, describeMachine, describeVersions } from "./machine.mjs";
import { between } from "./page.mjs";
import { BENCH, OUT, ROOT, SITE, TARGET, variable } from "./paths.mjs";
import { quietness } from "./quiet.mjs";
import { times } from "./statistics.mjs";
import { markdown, text } from "./table.mjs";

/** @typedef {import("./types.js").SharerName} SharerName */
/** @typedef {{ host: import("./types.js").HostName, batch: number, engine: SharerName, ms: number[] }} Row */

/** @type {Record<SharerName, string>} */
const ABOUT = {
  "onnxlet-here": "one instance, on the calling thread",
  "onnxlet-thread": "`offThread: true`",
  "onnxlet-pool": "`threads: 2`",
  "onnxruntime-web": "onnxruntime-web, 1 thread",
  "onnxruntime-web-2": "onnxruntime-web, 2 threads",
};
const SHARERS = /** @type {SharerName[]} */ (Object.keys(ABOUT));
const [IMAGE, HEAD] = [28 * 28, 16];

const { values: options } = parseArgs({
  options: {
    batches: { type: "string", default: "8,64" },
    hosts: { type: "string", default: "node,chromium" },
    rounds: { type: "string", default: "10" },
    publish: { type: "boolean", default: false },
  },
});
const programs = { node: variable("ONNXLET_NODE"), chromium: variable("ONNXLET_CHROMIUM") };
const batches = options.batches.split(",").map(Number);
const hosts = await openHosts(SITE, programs, /** @type {import("./types.js").HostName[]} */ (options.hosts.split(",")));
try {
  await measure();
} finally {
  for (const host of hosts.values()) await host.close();
}

async function measure() {
  for (const batch of batches) await fill(batch);
  /** @type {Row[]} */
  const rows = [...hosts.keys()].flatMap((host) =>
    batches.flatMap((batch) => SHARERS.filter((engine) => may(host, engine)).map((engine) => ({ host, batch, engine, ms: [] }))));
  for (const row of rows) await check(row);
  const before = await busyness();
  for (let round = 0; round < Number(options.rounds); round += 1) {
    // Each round begins with another one, so that what else the machine does falls on all.
    for (const at of rows.keys()) {
      const { host, batch, engine, ms } = /** @type {Row} */ (rows[(at + round) % rows.length]);
      ms.push(...(await ask(host, batch, engine, true)).predict);
    }
    console.log(`round ${round + 1} of ${options.rounds} is done`);
  }
  const busy = { before, after: await busyness() };
  const told = { date: new Date().toISOString(), machine: await describeMachine(), versions: await describeVersions(programs), busy };
  const lines = table(rows);
  await writeFile(join(OUT, "pool.json"), `${JSON.stringify({ ...told, rows: rows.map(({ ms, ...row }) => ({ ...row, ms: times(ms) })) }, null, 2)}\n`);
  console.log(`${text(lines, 3)}\n${quietness(busy)}`);
  if (!options.publish) return;
  const file = join(BENCH, "README.md");
  const heads = lines[0]?.map((_, column) => (column < 3 ? "---" : "--:")) ?? [];
  const note = `${told.date.slice(0, 10)}, ${told.machine["processor"]}, ${options.rounds} rounds. ${quietness(busy)}`;
  const page = `${markdown([lines[0] ?? [], heads, ...lines.slice(1)])}\n\n${note}`;
  await writeFile(file, between(await readFile(file, "utf8"), "pool", page));
}

/** onnxruntime-web has threads in pages that are cross-origin isolated; in Node, its user would take onnxruntime-node. */
function may(/** @type {string} */ host, /** @type {SharerName} */ engine) {
  return host === "chromium" || engine !== "onnxruntime-web-2";
}

/** @param {number} batch */
function place(batch) {
  return `digits-${batch}`;
}

/** Puts each engine, and a batch of MNIST's test images, where the hosts look. @param {number} batch */
async function fill(batch) {
  const folder = join(SITE, place(batch));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const file = await readFile(join(variable("ONNXLET_MNIST"), "data/t10k-images-idx3-ubyte"));
  const data = Float32Array.from(file.subarray(HEAD, HEAD + IMAGE * batch), (pixel) => pixel / 255);
  await writeFile(join(folder, "inputs"), encode({ image: { dtype: "float32", shape: [batch, 1, 28, 28], data } }));
  const dist = join(BENCH, "node_modules/onnxruntime-web/dist");
  for (const engine of SHARERS) {
    const own = join(folder, engine);
    await mkdir(own);
    const script = engine.startsWith("onnxlet") ? "onnxlet-threads" : "onnxruntime-web";
    await copyFile(join(BENCH, "engines", `${script}.mjs`), join(own, "adapter.mjs"));
    if (script === "onnxlet-threads") {
      await cp(join(TARGET, "npm/onnxlet-digits"), join(own, "package"), { recursive: true });
    } else {
      for (const name of ["ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm", "ort-wasm-simd-threaded.mjs"]) {
        await copyFile(join(dist, name), join(own, name));
      }
      await copyFile(join(ROOT, "models/digits/model.onnx"), join(own, "model.onnx"));
    }
  }
}

/**
 * @param {import("./types.js").HostName} host
 * @param {number} batch
 * @param {SharerName} engine
 * @param {boolean} steady
 */
function ask(host, batch, engine, steady) {
  const opened = /** @type {import("./hosts/hosts.mjs").OpenHost} */ (hosts.get(host));
  return opened.measure({ engine, model: place(batch), steady, outputs: !steady }, LIMIT);
}

/** Its outputs are onnxruntime-web's; those of ours are the same to the last bit, however many threads. @param {Row} row */
async function check({ host, batch, engine }) {
  const [own, reference, here] = await Promise.all(
    [engine, /** @type {const} */ ("onnxruntime-web"), /** @type {const} */ ("onnxlet-here")].map((who) => ask(host, batch, who, false)),
  );
  const wrong = difference(own?.outputs ?? {}, [reference?.outputs ?? {}]);
  if (wrong) throw new Error(`${engine} in ${host}: ${wrong}`);
  const [bits, same] = [own, here].map((sample) => Buffer.from(encode(sample?.outputs ?? {})));
  if (engine.startsWith("onnxlet") && !bits?.equals(same ?? Buffer.of())) throw new Error(`${engine} in ${host}: other bits`);
}

/** @param {Row[]} rows */
function table(rows) {
  const lines = rows.map(({ host, batch, engine, ms }) => {
    const own = times(ms);
    const one = times(rows.find((other) => other.host === host && other.batch === batch)?.ms ?? []);
    const rate = (/** @type {number} */ taken) => ((batch / taken) * 1000).toFixed(0);
    const ratio = (/** @type {"min" | "median"} */ which) => (one[which] / own[which]).toFixed(2);
    return [host, `${batch}`, ABOUT[engine], own.min.toFixed(2), own.median.toFixed(2), rate(own.min), rate(own.median), ratio("min"), ratio("median")];
  });
  const heads = ["host", "batch", "", "least ms", "median ms", "images/s at best", "images/s", "× one instance at best", "× one instance"];
  return [heads, ...lines];
}
