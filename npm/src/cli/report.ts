import type { Report } from "../bake/bake.js";
import type { BakedBuild } from "./builds.js";

/** What a build says of itself in a file: the same for the same model, card, examples and engine. */
export interface BuildReport {
  model: { name: string; version: string; digest: string };
  engine: { name: string; version: string };
  builds: Record<string, { examples: BakedBuild["examples"]; missed: string[]; trim: Report | undefined }>;
}

export function reportOf(builds: readonly BakedBuild[]): BuildReport {
  const [first] = builds;
  if (!first) throw new Error("a report needs a build, got none");
  const { name, version, digest, engine } = first.description;
  const entries = builds.map(({ simd, examples, lean }) => {
    return [simd, { examples, missed: lean?.missed ?? [], trim: lean?.report }] as const;
  });
  return {
    model: { name, version, digest },
    engine: { name: engine.name, version: engine.version },
    builds: Object.fromEntries(entries),
  };
}
