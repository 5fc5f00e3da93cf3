// What each step of a model's network takes inside wasm, what a call costs beside its steps, and what V8's compilers make of it.
//
// `cargo xtask profile MODEL...`; `--publish` writes bench/PROFILE.md, too.

import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readModels } from "./models.mjs";
import { BENCH, OUT } from "./paths.mjs";
import { loaded } from "./profile/engine.mjs";
import { callsUntilSteady, steps } from "./profile/measure.mjs";
import { page } from "./profile/table.mjs";

/** Flags of V8: as it is, its first compiler only, its last one from the start. */
const TIERS = { default: [], "first compiler only": ["--liftoff-only"], "last compiler from the start": ["--no-liftoff"] };

const { values, positionals } = parseArgs({
  options: { publish: { type: "boolean", default: false }, tier: { type: "boolean", default: false } },
  allowPositionals: true,
});
const models = await readModels(positionals);
if (values.tier) {
  for (const model of models) console.log(JSON.stringify(await callsUntilSteady(await loaded(model))));
} else {
  const profiles = [];
  for (const model of models) {
    const tiers = Object.entries(TIERS).map(([name, flags]) => ({ name, ...inChild(model.name, flags) }));
    profiles.push({ model, tiers, ...(await steps(await loaded(model))) });
    console.log(page(profiles.slice(-1)));
  }
  await mkdir(OUT, { recursive: true });
  await writeFile(join(OUT, "profile.json"), JSON.stringify(profiles.map(({ model, ...rest }) => ({ model: model.name, ...rest })), null, 1));
  if (values.publish) await writeFile(join(BENCH, "PROFILE.md"), heading() + page(profiles));
}

/**
 * How a fresh Node with these flags gets faster from call to call.
 * @param {string} model
 * @param {string[]} flags
 * @returns {import("./profile/measure.mjs").Tier}
 */
function inChild(model, flags) {
  const script = fileURLToPath(import.meta.url);
  return JSON.parse(execFileSync(process.execPath, [...flags, script, "--tier", model], { encoding: "utf8" }));
}

function heading() {
  const processor = cpus()[0]?.model ?? "an unknown processor";
  return `# Where the time goes

Written by \`cargo xtask profile --publish\` on ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${processor};
don't edit. The relaxed build, one thread, the model's first case. A step's time is the least of all rounds; GFLOP/s are those of
convolutions and products, beside what the same tile reaches with all that it reads in the first cache (the peak). Where weights are
transformed (Winograd), these are the operations that a plain convolution would have: up to 2.25 times as many. "Beside the
steps" is what a call takes besides them: values to and from JavaScript, checks, tensors.

`;
}
