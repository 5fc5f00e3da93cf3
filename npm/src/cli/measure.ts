// Cold start and predict time of what was made, each time in a fresh process.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { serialize } from "node:v8";
import type { Simd } from "../runtime/types.js";

/** Times in milliseconds: the best and the median of some runs. */
export interface Times {
  min: number;
  median: number;
}

export interface Measured {
  /** Compile, instantiate and first predict, in a process that has done nothing else. */
  cold: Times;
  /** A later predict. */
  predict: Times;
}

/** What `timing.js` prints. */
export interface Timing {
  cold: number;
  predict: number[];
}

const PROGRAM = fileURLToPath(new URL("timing.js", import.meta.url));
const PROCESSES = 5;

/** Times a package's build with an input that it answers. */
export function measure(folder: string, simd: Simd, input: unknown): Promise<Measured> {
  return measuredBy([PROGRAM, pathToFileURL(join(folder, "node.js")).href, simd], input);
}

/** Runs a program that prints a `Timing`, with a file that holds `sample` as its last argument, in some processes. */
export async function measuredBy(args: readonly string[], sample: unknown): Promise<Measured> {
  const temporary = await mkdtemp(join(tmpdir(), "onnxlet-timing-"));
  try {
    const file = join(temporary, "sample");
    await writeFile(file, serialize(sample));
    const timings: Timing[] = [];
    for (let run = 0; run < PROCESSES; run += 1) {
      const { stdout } = await promisify(execFile)(process.execPath, [...args, file]);
      timings.push(JSON.parse(stdout) as Timing);
    }
    return { cold: times(timings.map(({ cold }) => cold)), predict: times(timings.flatMap(({ predict }) => predict)) };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function times(values: readonly number[]): Times {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0] ?? Number.NaN, median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN };
}
