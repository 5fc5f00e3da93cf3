import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Description } from "./card.js";
import { type Build, engineFiles, type Files, modulePlaces, type PictureModule } from "./engines.js";
import { entryFiles } from "./entries.js";
import { manifest } from "./manifest.js";
import { readme } from "./readme.js";
import { moduleTypes, types } from "./types.js";

/** What a package is made of, and where it goes. */
export interface Parts {
  description: Description;
  builds: readonly Build[];
  /** The decoder of pictures, which only a model that takes some gets. Absent where the engines decode themselves. */
  pictures?: PictureModule | undefined;
  /** The folder of the compiled and bundled runtime. */
  runtime: string;
  /** The package's folder, made afresh. */
  out: string;
  /** Licences by file name. */
  licenses: Readonly<Record<string, string>>;
}

/** Declarations that are public. */
const DECLARATIONS = ["runtime/types.d.ts", "runtime/errors.d.ts", "thread.browser.d.ts"];

/** Writes a model's npm package: runtime, engines, wasm modules, and types made for the model. Answers with its files. */
export async function assemble({ description, builds, runtime, licenses, out, ...parts }: Parts): Promise<string[]> {
  const pictures = takesPictures(description) ? parts.pictures : undefined;
  const modules = modulePlaces(builds, pictures);
  const generated = engineFiles({ description, builds, pictures });
  const files: Files = {
    ...generated,
    ...entryFiles(await textsIn(join(runtime, "entries")), generated),
    ...(await declarations(runtime)),
    ...licenses,
    "index.d.ts": types(description),
    "wasm/module.d.ts": moduleTypes,
    "README.md": readme(description, modules),
  };
  const roots = topLevel(Object.keys(files).sort());
  const made = manifest(description, { files: roots, modules });
  files["package.json"] = `${JSON.stringify(made, null, 2)}\n`;
  await write(out, files);
  return Object.keys(files).sort();
}

function takesPictures({ card }: Description): boolean {
  return Object.values(card.inputs ?? {}).some(({ image }) => image !== undefined);
}

async function textsIn(folder: string): Promise<Record<string, string>> {
  return texts((await readdir(folder)).map((name) => [name, join(folder, name)]));
}

function declarations(runtime: string): Promise<Record<string, string>> {
  return texts(DECLARATIONS.map((path) => [path, join(runtime, path)]));
}

async function texts(places: readonly (readonly [place: string, path: string])[]): Promise<Record<string, string>> {
  const read = async ([place, path]: readonly [string, string]) => [place, await readFile(path, "utf8")] as const;
  return Object.fromEntries(await Promise.all(places.map(read)));
}

/** Folders stand for all that is in them. */
function topLevel(files: readonly string[]): string[] {
  return [...new Set(files.map((path) => path.replace(/\/.*/, "")))];
}

async function write(out: string, files: Readonly<Files>): Promise<void> {
  await rm(out, { recursive: true, force: true });
  for (const path of Object.keys(files)) await mkdir(dirname(join(out, path)), { recursive: true });
  await Promise.all(Object.entries(files).map(([path, content]) => writeFile(join(out, path), content)));
}
