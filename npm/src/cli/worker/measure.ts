// Cold start and request time of a built Worker, each time in a fresh process.
import { fileURLToPath, pathToFileURL } from "node:url";
import { join } from "node:path";
import type { HttpCall } from "../../bake/worker/http-call.js";
import { type Measured, measuredBy } from "../measure.js";
import { relaxedFlags } from "./relaxed.js";

const PROGRAM = fileURLToPath(new URL("timing.js", import.meta.url));

/** Times a Worker's folder with a request that it answers. */
export function measureWorker(folder: string, sample: HttpCall): Promise<Measured> {
  return measuredBy([...relaxedFlags(), PROGRAM, pathToFileURL(join(folder, "src/")).href], sample);
}
