import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "./failure.js";

/** What a build writes beside its files: by this its folder is known. */
export const REPORT = "onnxlet.json";

/** Refuses a folder that may not be written to; `force` allows to replace that of an earlier build. */
export async function checkFolder(folder: string, force: boolean): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new Failure(`--out: ${error.message}`);
  });
  if (names.length === 0) return;
  if (!force) throw new Failure(`--out: ${folder} exists; give --force to replace it, or another --out`);
  const ours = await stat(join(folder, REPORT)).catch(() => undefined);
  if (!ours) throw new Failure(`--out: ${folder} holds something that onnxlet did not make; remove it, or give another --out`);
}

/** Makes a checked folder afresh. */
export async function clearFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
