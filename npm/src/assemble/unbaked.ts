// Builds that parse the model at every start: what tests compare the baked ones with.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CreateEngine, Engine } from "../runtime/engine.js";
import { NO_PICTURES } from "../runtime/pictures.js";
import type { Description } from "./card.js";
import type { Build, PictureModule } from "./engines.js";

/** A model as it was trained, and its card's JSON. */
export interface Source {
  model: Uint8Array;
  card: string;
}

/** The builds of the engines in the folders `relaxed` and `baseline`, which load this model. */
export function unbakedBuilds(engines: string, source: Source): Promise<Build[]> {
  return Promise.all(
    (["relaxed", "baseline"] as const).map(async (simd) => {
      const glue = await readFile(join(engines, simd, "engine.js"), "utf8");
      return { simd, glue: loading(glue, source), full: await readFile(join(engines, simd, "engine_bg.wasm")) };
    }),
  );
}

/** The glue of an empty engine, made to load the model. */
function loading(glue: string, { model, card }: Source): string {
  const own = "export async function createEngine(";
  if (!glue.includes(own)) throw new Error(`the glue has no ${JSON.stringify(own)}`);
  return `${glue.replace(own, "async function createEmpty(")}
const MODEL = Uint8Array.from(atob("${Buffer.from(model).toString("base64")}"), (character) => character.charCodeAt(0));
export async function createEngine(module, host) {
  const engine = await createEmpty(module, host);
  return { ...engine, load: () => engine.load(MODEL, ${JSON.stringify(card)}) };
}
`;
}

/** The decoder of pictures in a folder. */
export async function pictureModule(folder: string): Promise<PictureModule> {
  const glue = await readFile(join(folder, "pictures.js"), "utf8");
  return { glue, wasm: await readFile(join(folder, "pictures_bg.wasm")) };
}

/** What the model says about itself, by asking an engine. */
export async function describe(engines: string, { model, card }: Source): Promise<Description> {
  const baseline = join(engines, "baseline");
  const glue = (await import(pathToFileURL(join(baseline, "engine.js")).href)) as { createEngine: CreateEngine };
  const module = await WebAssembly.compile(await readFile(join(baseline, "engine_bg.wasm")));
  const engine = (await glue.createEngine(module, NO_PICTURES)) as Engine & { load(model: Uint8Array, card: string): void };
  engine.load(model, card);
  return engine.describe() as Description;
}
