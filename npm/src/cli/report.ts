import type { Report } from "../bake/bake.js";
import type { BakedWorker } from "../bake/worker/bake.js";
import type { BakedBuild } from "./builds.js";

/** What a build says of itself in a file: the same for the same model, card, examples and engine. */
export interface BuildReport {
  model: { name: string; version: string; digest: string };
  engine: { name: string; version: string };
  builds: Record<string, { examples: BakedBuild["examples"]; missed: string[]; trim: Report | undefined }>;
}

export function reportOf(builds: readonly BakedBuild[], worker: BakedWorker | undefined): BuildReport {
  const [first = worker] = builds;
  if (!first) throw new Error("a report needs a build, got none");
  const { name, version, digest, engine } = first.description;
  const entry = ({ examples, lean }: BakedBuild | BakedWorker) => ({ examples, missed: lean?.missed ?? [], trim: lean?.report });
  const entries = builds.map((build): [string, ReturnType<typeof entry>] => [build.simd, entry(build)]);
  if (worker) entries.push(["worker", entry(worker)]);
  return {
    model: { name, version, digest },
    engine: { name: engine.name, version: engine.version },
    builds: Object.fromEntries(entries),
  };
}
