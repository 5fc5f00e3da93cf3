// docs/WALKTHROUGH.md, run from its own text: each block in its order, as a reader would.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { built, cliProject, install } from "../package/support/cli.mjs";
import { succeed } from "../package/support/command.mjs";
import { freePort, serve } from "../package/support/serve.mjs";
import { ROOT, variable } from "../setup/paths.mjs";
import { blocks, fileName } from "./support/blocks.mjs";

/** Where the reader is: a project, the port that is served on, and what the last command said. */
const reader = { folder: "", port: "", said: "" };

/**
 * How each command of the text is run. Its first words tell which it is.
 * @type {[RegExp, (words: string[], line: string) => Promise<string>][]}
 */
const COMMANDS = [
  [/^pip install /, async ([, , ...packages]) => pinned(packages)],
  [/^python /, ([, ...args]) => succeed(variable("ONNXLET_ZOO_PYTHON"), args, { cwd: reader.folder })],
  [/^npx onnxlet build /, ([, , ...args]) => built(reader.folder, args)],
  [/^npm install \.\//, async ([, , folder = ""]) => (await install(reader.folder, folder), "")],
  [/^node /, ([, ...args]) => succeed(process.execPath, args, { cwd: reader.folder })],
  [/^npx onnxlet serve /, ([, , ...args]) => served(args)],
  [/^curl /, (_, line) => succeed("sh", ["-c", line.replace("curl", "curl --silent --show-error").replace("8787", reader.port)])],
];

/** The packages are installed already; the text must name the versions that the zoo is made with. @param {string[]} packages */
async function pinned(packages) {
  const lines = (await readFile(join(ROOT, "tests", "zoo", "requirements.txt"), "utf8")).split("\n");
  for (const one of packages) assert.ok(lines.includes(one), `${one} is not what tests/zoo/requirements.txt pins`);
  return "";
}

/** @param {string[]} args */
async function served(args) {
  reader.port = await freePort();
  const { output } = await serve(reader.folder, [...args, "--port", reader.port], reader.port);
  return output();
}

/** @param {string} line */
async function run(line) {
  const [, how] = COMMANDS.find(([pattern]) => pattern.test(line)) ?? [];
  assert.ok(how, `the test doesn't know how to run ${line}`);
  reader.said = await how(line.split(/\s+/), line);
}

/**
 * All that the text shows must be in the answer; numbers to what float32 keeps.
 * @param {string} where @param {any} shown @param {any} answered
 */
function holds(where, shown, answered) {
  if (typeof shown === "number") assert.ok(Math.abs(shown - answered) < 1e-6, `${where}: shown ${shown}, answered ${answered}`);
  else if (typeof shown !== "object") assert.equal(answered, shown, where);
  else {
    if (Array.isArray(shown)) assert.equal(answered?.length, shown.length, where);
    for (const [key, value] of Object.entries(shown)) holds(`${where}.${key}`, value, answered?.[key]);
  }
}

test("the walk-through works as written", async (t) => {
  reader.folder = await cliProject([]);
  const text = await readFile(join(ROOT, "docs", "WALKTHROUGH.md"), "utf8");
  const seen = new Set();
  for (const block of blocks(text)) {
    seen.add(block.language);
    const lines = block.text.trim().split("\n");
    await t.test(`${block.language}: ${lines[0]}`, async () => {
      if (block.language === "sh") for (const line of lines) await run(line);
      else if (block.language === "text") assert.equal(reader.said.trim(), block.text.trim());
      else if (block.language === "json") holds("answer", JSON.parse(block.text), JSON.parse(reader.said));
      else await writeFile(join(reader.folder, fileName(block)), block.text);
    });
  }
  // What the story can't do without.
  assert.deepEqual([...seen].sort(), ["js", "json", "python", "sh", "text"]);
});
