import { type Baked, bake } from "../bake/bake.js";
import type { Example } from "../bake/examples/example.js";
import type { Keep } from "../bake/baker.js";
import { supportedSimd } from "../runtime/simd.js";
import type { Simd } from "../runtime/types.js";
import { Failure } from "./failure.js";
import type { Progress } from "./progress.js";
import { bakerResource, engineResource } from "./resources.js";

/** What stays beside the code that ran: a lean module answers all that resembles an example. */
export const KEEP: Keep = "functions";

/** A baked SIMD build. */
export interface BakedBuild extends Baked {
  simd: Simd;
  glue: string;
}

export interface Baking {
  simd: readonly Simd[];
  model: Uint8Array;
  card: string;
  examples: readonly Example[];
  trim: boolean;
}

/** The builds to make: those asked for, which this Node must be able to run, or all that it can. */
export function chooseBuilds(asked: readonly Simd[] | undefined): Simd[] {
  const supported = supportedSimd();
  const version = `this is Node ${process.versions.node}`;
  const lacking = asked?.find((simd) => !supported.has(simd));
  if (lacking) {
    const remedy = "run with Node 22 or newer, or ask for --simd baseline";
    throw new Failure(`--simd: baking the ${lacking} build needs a Node that runs it; ${version}: ${remedy}`);
  }
  if (asked) return [...asked];
  if (supported.has("relaxed")) return ["relaxed", "baseline"];
  console.error(`${version}, which has no relaxed SIMD: only the baseline build is made. Node 22 or newer makes both.`);
  return ["baseline"];
}

/** Bakes each build in turn. */
export async function bakeBuilds(baking: Baking, progress: Progress): Promise<BakedBuild[]> {
  const Baker = await bakerResource();
  const builds: BakedBuild[] = [];
  for (const simd of baking.simd) {
    const { glue, createEngine, wasm } = await engineResource(simd);
    const keep = baking.trim ? KEEP : ("everything" as const);
    const { model, card, examples } = baking;
    const onPhase = progress.phase.bind(progress, simd);
    builds.push({ simd, glue, ...(await bake({ Baker, createEngine, engine: wasm, model, card, examples, keep, onPhase })) });
  }
  progress.end();
  return builds;
}
