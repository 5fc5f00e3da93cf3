import { type BakedWorker, bakeWorker } from "../../bake/worker/bake.js";
import type { Keep } from "../../bake/baker.js";
import type { Baking } from "../builds.js";
import type { Progress } from "../progress.js";
import { bakerResource, workerResource } from "../resources.js";
import { enableRelaxed } from "./relaxed.js";

/**
 * What stays beside the code that ran: all of those functions. The decoders of pictures are among them, whose branches
 * depend on every bit of a file; no set of examples takes them all. At the edge the size costs no download.
 */
const KEEP: Keep = "functions";

/** Bakes the Worker. Workers have relaxed SIMD, so this is the relaxed build. */
export async function bakeWorkerBuild(baking: Omit<Baking, "simd" | "pictures">, progress: Progress): Promise<BakedWorker> {
  enableRelaxed();
  const Baker = await bakerResource();
  const { model, card, examples, trim } = baking;
  const keep = trim ? KEEP : ("everything" as const);
  const onPhase = progress.phase.bind(progress, "worker");
  const baked = await bakeWorker({ Baker, ...(await workerResource()), model, card, examples, keep, onPhase });
  progress.end();
  return baked;
}
