// Real models end to end: built from ONNX by the packed command on a machine without Rust, then loaded in Node, Chromium and
// workerd. The answers are onnxruntime's within tolerance, and the same to the last bit in every host and module.

import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { built, cliProject } from "../package/support/cli.mjs";
import { casesOf, checkClose, chosen, fileOf } from "./support/cases.mjs";
import { chromium, full, node, unbaked, workerd } from "./support/hosts.mjs";

/** What a Worker may take, and what the rest of it may need beside the model's memory. */
const WORKER_MEMORY = 128 << 20;
const REST = 16 << 20;

let project = "";
before(async () => {
  project = await cliProject([]);
});

/** Builds a model's package. @param {string} name @param {string} out @returns {Promise<number>} seconds */
async function bake(name, out) {
  const begun = performance.now();
  const card = ["--card", fileOf(name, "card.json")];
  await built(project, ["build", fileOf(name, "model.onnx"), ...card, "--simd", "relaxed", "--out", out]);
  return (performance.now() - begun) / 1000;
}

/** Files of a folder, by path. @param {string} folder @returns {Promise<Map<string, Buffer>>} */
async function filesOf(folder) {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return new Map(await Promise.all(paths.map(async (path) => /** @type {const} */ ([path.slice(folder.length), await readFile(path)]))));
}

for (const name of await chosen()) {
  test(name, async (t) => {
    const folder = join(project, name);
    /** @type {Record<string, any>} */
    const facts = { name };

    await t.test("is built without cargo and rustc, and twice the same", async () => {
      facts.buildSeconds = await bake(name, name);
      await bake(name, `${name}-again`);
      const [first, second] = [await filesOf(folder), await filesOf(`${folder}-again`)];
      assert.deepEqual([...first.keys()], [...second.keys()]);
      for (const [path, content] of first) assert.ok(content.equals(/** @type {Buffer} */ (second.get(path))), path);
      const lean = /** @type {Buffer} */ (first.get("/wasm/lean.relaxed.wasm"));
      const { trim } = JSON.parse(String(first.get("/onnxlet.json"))).builds.relaxed;
      facts.lean = { bytes: lean.length, gzip: gzipSync(lean).length, imageBytes: trim.lean.dataBytes, codeBytes: trim.lean.codeBytes };
    });

    const cases = await casesOf(name);
    /** @type {Map<string, import("./support/hosts.mjs").Answer>} */
    const answers = new Map();

    await t.test("answers as onnxruntime does", async () => {
      const ask = await node(folder);
      facts.error = { absolute: 0, allowed: 0 };
      for (const { name: about, inputs, expected } of cases) {
        const given = await ask(inputs);
        answers.set(about, given);
        const { absolute, allowed } = checkClose(given.outputs, expected);
        facts.error = { absolute: Math.max(facts.error.absolute, absolute), allowed: Math.max(facts.error.allowed, allowed) };
      }
      assert.equal(answers.get(cases.at(-1)?.name ?? "")?.fallbacks, 0, "the lean module answers all of them");
      const [first] = cases;
      const times = [];
      for (let run = 0; run < 7; run += 1) times.push((await ask(first?.inputs ?? {})).milliseconds);
      facts.predictMilliseconds = Math.min(...times);
    });

    for (const [about, host] of /** @type {const} */ ([
      ["the full module", () => full(folder)],
      ["the engine that parses the model", () => unbaked(project, name)],
      ["Chromium", () => chromium(folder)],
      ["workerd", () => workerd(folder)],
    ])) {
      await t.test(`${about}: the same bits`, async () => {
        const ask = await host();
        facts.memory ??= {};
        for (const { name: what, inputs } of cases) {
          const { outputs, fallbacks, memory } = await ask(inputs);
          assert.deepEqual(outputs, answers.get(what)?.outputs, what);
          assert.equal(fallbacks, 0);
          facts.memory[about] = Math.max(facts.memory[about] ?? 0, memory);
        }
      });
    }

    await t.test("fits into a Worker's memory", () => {
      const used = facts.memory.workerd;
      assert.ok(used > 0 && used + REST < WORKER_MEMORY, `${used} bytes`);
    });

    await writeFile(fileOf(name, "measured.json"), `${JSON.stringify(facts, null, 2)}\n`);
  });
}
