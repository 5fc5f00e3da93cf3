import { type BakedWorker, bakeWorker } from "../../bake/worker/bake.js";
import { type Baking, KEEP } from "../builds.js";
import type { Progress } from "../progress.js";
import { bakerResource, workerResource } from "../resources.js";
import { enableRelaxed } from "./relaxed.js";

/** Bakes the Worker. Workers have relaxed SIMD, so this is the relaxed build. */
export async function bakeWorkerBuild(baking: Omit<Baking, "simd">, progress: Progress): Promise<BakedWorker> {
  enableRelaxed();
  const Baker = await bakerResource();
  const { model, card, examples, trim } = baking;
  const keep = trim ? KEEP : ("everything" as const);
  const onPhase = progress.phase.bind(progress, "worker");
  const baked = await bakeWorker({ Baker, ...(await workerResource()), model, card, examples, keep, onPhase });
  progress.end();
  return baked;
}
