import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Copy, describe, engineFiles } from "./engines.js";
import { manifest } from "./manifest.js";
import { readme } from "./readme.js";
import { moduleTypes, types } from "./types.js";

/** What a package is made of, and where it goes. */
export interface Parts {
  /** The engine: folders `relaxed` and `baseline`, each with `engine.js` and `engine_bg.wasm`. */
  wasm: string;
  /** The compiled runtime. */
  runtime: string;
  /** The folder that holds the licences. */
  licenses: string;
  /** The package's folder, made afresh. */
  out: string;
}

/** Declarations that are public. */
const DECLARATIONS = ["runtime/types.d.ts", "runtime/errors.d.ts", "thread.browser.d.ts"];
const LICENSES = ["LICENSE-MIT", "LICENSE-APACHE"];

/** Writes a model's npm package: runtime, engine, wasm modules, and types made for the model. */
export async function assemble({ wasm, runtime, licenses, out }: Parts): Promise<void> {
  const description = await describe(wasm);
  const engine = await engineFiles(wasm);
  const texts: Record<string, string> = {
    ...engine.texts,
    "index.d.ts": types(description),
    "wasm/module.d.ts": moduleTypes,
    "README.md": readme(description),
  };
  const copies = [
    ...engine.modules,
    ...copiesOf(runtime, [...(await scripts(runtime)), ...DECLARATIONS]),
    ...copiesOf(licenses, LICENSES),
  ];
  const files = [...Object.keys(texts), ...copies.map(({ to }) => to)].sort();
  texts["package.json"] = `${JSON.stringify(manifest(description, topLevel(files)), null, 2)}\n`;
  await write(out, texts, copies);
}

/** Every script of the runtime that a program can reach; this one can't be. */
async function scripts(runtime: string): Promise<string[]> {
  const paths = (await readdir(runtime, { recursive: true })).map((path) => path.replaceAll("\\", "/"));
  const found = paths.filter((path) => path.endsWith(".js") && !path.startsWith("assemble/"));
  if (found.length === 0) throw new Error(`${runtime}: expected the compiled runtime, found no .js`);
  return found;
}

function copiesOf(folder: string, paths: readonly string[]): Copy[] {
  return paths.map((path) => ({ from: join(folder, path), to: path }));
}

/** Folders stand for all that is in them. */
function topLevel(files: readonly string[]): string[] {
  return [...new Set(files.map((path) => path.replace(/\/.*/, "")))];
}

async function write(out: string, texts: Readonly<Record<string, string>>, copies: readonly Copy[]): Promise<void> {
  await rm(out, { recursive: true, force: true });
  for (const path of [...Object.keys(texts), ...copies.map(({ to }) => to)]) {
    await mkdir(dirname(join(out, path)), { recursive: true });
  }
  await Promise.all(Object.entries(texts).map(([path, text]) => writeFile(join(out, path), text)));
  await Promise.all(copies.map(({ from, to }) => copyFile(from, join(out, to))));
}
