// A Worker's folder: what `npx wrangler deploy` takes.
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Description } from "../../assemble/card.js";
import type { BakedWorker } from "../../bake/worker/bake.js";
import { writeWorkerPage } from "../page/page.js";
import { licenses, REFERENCE, WORKER_SCRIPTS } from "../resources.js";
import { readme } from "./readme.js";
import { packageJson, wranglerToml } from "./settings.js";

/** Writes the folder, which exists. Answers with the module files, below it. */
export async function writeWorker(folder: string, { description, full, lean }: BakedWorker): Promise<string[]> {
  const [src, site] = [join(folder, "src"), join(folder, "public")];
  for (const each of [src, site]) await mkdir(each, { recursive: true });
  await cp(WORKER_SCRIPTS, src, { recursive: true });
  const files: Record<string, string | Uint8Array> = {
    "src/modules.js": modulesScript(lean !== undefined),
    "src/full.wasm": full,
    ...(lean && { "src/lean.wasm": lean.wasm }),
    "wrangler.toml": wranglerToml(description as Description),
    "package.json": packageJson(description as Description),
    "README.md": readme(description as Description),
    ...(await licenses()),
  };
  await Promise.all(Object.entries(files).map(([path, content]) => writeFile(join(folder, path), content)));
  await writeWorkerPage(site, description as Description);
  await cp(REFERENCE, join(site, "docs"), { recursive: true });
  return Object.keys(files).filter((path) => path.endsWith(".wasm")).sort().reverse();
}

/** Wrangler gives the import of a .wasm file as the compiled module. */
function modulesScript(lean: boolean): string {
  if (!lean) return 'import first from "./full.wasm";\n\nexport { first };\nexport const full = undefined;\n';
  return 'import full from "./full.wasm";\nimport first from "./lean.wasm";\n\nexport { first, full };\n';
}
