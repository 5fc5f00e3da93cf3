// What a build ends with: the files and their sizes, the times, and what to do next.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Simd } from "../runtime/types.js";
import type { Measured } from "./measure.js";
import { milliseconds, size, table } from "./table.js";

/** Scripts that only Node or a Worker runs. */
const ELSEWHERE = ["node.js", "thread.node.js", "workerd.js", "bundled.js"];

/** A table of some files of a folder: the wasm modules each, the scripts of a page together. */
export async function sizes(folder: string, files: readonly string[]): Promise<string> {
  const modules = files.filter((file) => file.endsWith(".wasm"));
  const scripts = files.filter((file) => file.endsWith(".js") && !ELSEWHERE.includes(file));
  const rows = await Promise.all(modules.map((file) => row(file, folder, [file])));
  return table([["file", "raw", "gzip"], ...rows, await row("scripts of a page", folder, scripts)]);
}

/** What Cloudflare takes of a Worker, before compression. */
const LARGEST_WORKER = 64 << 20;

/** A table of a Worker's modules, and its scripts together; and a word where that is more than Cloudflare takes. */
export async function workerSizes(folder: string, modules: readonly string[]): Promise<string> {
  const src = join(folder, "src");
  const scripts = (await readdir(src, { recursive: true })).filter((file) => file.endsWith(".js"));
  const rows = await Promise.all(modules.map((file) => row(file, folder, [file])));
  const text = table([["file", "raw", "gzip"], ...rows, await row("scripts", src, scripts)]);
  const lengths = await Promise.all(modules.map(async (file) => (await stat(join(folder, file))).size));
  const all = lengths.reduce((sum, length) => sum + length, 0);
  if (all <= LARGEST_WORKER) return text;
  const remedy = lengths.length > 1 && Math.max(...lengths) <= LARGEST_WORKER ? "; with --no-trim there is only the full module" : "";
  return `${text}\n\n  Cloudflare takes at most ${size(LARGEST_WORKER)} of a Worker, and this one has ${size(all)}${remedy}.`;
}

async function row(name: string, folder: string, files: readonly string[]): Promise<string[]> {
  const contents = await Promise.all(files.map((file) => readFile(join(folder, file))));
  const packed = await Promise.all(contents.map((content) => promisify(gzip)(content)));
  return [name, size(total(contents)), size(total(packed))];
}

function total(contents: readonly Buffer[]): number {
  return contents.reduce((sum, { length }) => sum + length, 0);
}

/** The times of a build of a package, or of the Worker. */
export interface MeasuredBuild {
  build: Simd | "worker";
  times: Measured;
}

/** A table of the times of each build. */
export function times(measured: readonly MeasuredBuild[]): string {
  const rows = measured.map(({ build, times: { cold, predict } }) => {
    return [build, milliseconds(cold.min), milliseconds(cold.median), milliseconds(predict.min), milliseconds(predict.median)];
  });
  return table([["here, in Node", "cold start", "median", "predict", "median"], ...rows]);
}
