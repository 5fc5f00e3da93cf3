// The user's own examples: JSON bodies and pictures.
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Example } from "../bake/examples/example.js";
import { Failure } from "./failure.js";

const PICTURES = [".png", ".jpg", ".jpeg", ".webp"];

/** Reads a JSON file (one body, or several in an array under `examples`), a picture, or a folder of them. */
export async function readExamples(path: string | undefined): Promise<Example[]> {
  if (path === undefined) return [];
  const found = await stat(path).catch((error: Error) => {
    throw new Failure(`--examples: ${error.message}`);
  });
  if (!found.isDirectory()) return readFileOf(path);
  const names = (await readdir(path)).filter(isExample).sort();
  if (names.length === 0) throw new Failure(`--examples: ${path} holds no .json, .png, .jpg or .webp`);
  return (await Promise.all(names.map((name) => readFileOf(join(path, name))))).flat();
}

function isExample(name: string): boolean {
  return [".json", ...PICTURES].includes(extname(name).toLowerCase());
}

async function readFileOf(path: string): Promise<Example[]> {
  if (PICTURES.includes(extname(path).toLowerCase())) return [{ about: path, input: new Uint8Array(await readFile(path)) }];
  try {
    const body: unknown = JSON.parse(await readFile(path, "utf8"));
    return bodies(body).map((input, at) => ({ about: `${path}, example ${at}`, input }));
  } catch (error) {
    throw new Failure(`${path}: expected JSON: ${(error as Error).message}`);
  }
}

/** `{"examples": [body, …]}`, or one body, as `predict` takes it. */
function bodies(body: unknown): unknown[] {
  const { examples } = (body ?? {}) as { examples?: unknown };
  return Array.isArray(examples) ? examples : [body];
}
