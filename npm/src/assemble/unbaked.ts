// Builds as `cargo xtask build` leaves them: an engine that parses its bundled model at every start.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CreateEngine } from "../runtime/engine.js";
import { NO_PICTURES } from "../runtime/pictures.js";
import type { Simd } from "../runtime/types.js";
import type { Description } from "./card.js";
import type { Build } from "./engines.js";

/** The builds in the folders `relaxed` and `baseline`, each with `engine.js` and `engine_bg.wasm`. */
export function unbakedBuilds(folder: string): Promise<Build[]> {
  return Promise.all((["relaxed", "baseline"] as const).map((simd) => build(folder, simd)));
}

async function build(folder: string, simd: Simd): Promise<Build> {
  const glue = await readFile(join(folder, simd, "engine.js"), "utf8");
  return { simd, glue, full: await readFile(join(folder, simd, "engine_bg.wasm")) };
}

/** What the bundled model says about itself, by asking the engine. */
export async function describe(folder: string): Promise<Description> {
  const baseline = join(folder, "baseline");
  const glue = (await import(pathToFileURL(join(baseline, "engine.js")).href)) as { createEngine: CreateEngine };
  const module = await WebAssembly.compile(await readFile(join(baseline, "engine_bg.wasm")));
  const engine = await glue.createEngine(module, NO_PICTURES);
  engine.load();
  return engine.describe() as Description;
}
