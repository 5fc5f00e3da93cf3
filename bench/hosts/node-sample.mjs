// Runs in a fresh process of Node: takes one request, measures, sends the sample back.

import fs from "node:fs";
import { registerHooks, syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { sample } from "../harness/sample.mjs";
import { decode } from "../harness/tensors.mjs";

/** @type {import("../types.js").Request & { site: string, audit: boolean }} */
const request = JSON.parse(process.argv[2] ?? "");
const folder = join(request.site, request.model);
const inputs = decode(fs.readFileSync(join(folder, "inputs")));
const files = request.audit ? watchReads() : new Set();
const adapter = pathToFileURL(join(folder, request.engine, "adapter.mjs")).href;

/** @type {import("../types.js").Host} */
const host = {
  name: "node",
  async read(file) {
    const { buffer, byteOffset, byteLength } = await fs.promises.readFile(file);
    return new Uint8Array(/** @type {ArrayBuffer} */ (buffer), byteOffset, byteLength);
  },
};

// Engines may throw anything, such as a text.
const told = await sample(adapter, host, request, inputs).then(
  (measured) => ({ ...measured, files: [...files] }),
  (error) => ({ failed: error instanceof Error ? error.message : String(error) }),
);
process.send?.(told, () => process.exit());

/** Notes every file that is read or imported from now on. Not used where times count. */
function watchReads() {
  /** @type {Set<string>} */
  const seen = new Set();
  /** @param {unknown} file */
  const note = (file) => {
    if (file instanceof URL) seen.add(fileURLToPath(file));
    else if (typeof file === "string") seen.add(file.startsWith("file:") ? fileURLToPath(file) : file);
  };
  registerHooks({
    load(url, context, next) {
      if (url.startsWith("file:")) note(url.replace(/[?#].*$/, ""));
      return next(url, context);
    },
  });
  /** @type {[Record<string, any>, string][]} */
  const doors = [
    [fs, "readFile"],
    [fs, "readFileSync"],
    [fs, "createReadStream"],
    [fs, "open"],
    [fs, "openSync"],
    [fs.promises, "readFile"],
    [fs.promises, "open"],
  ];
  for (const [door, name] of doors) {
    const original = door[name];
    door[name] = (/** @type {unknown[]} */ ...parameters) => {
      note(parameters[0]);
      return original.apply(door, parameters);
    };
  }
  syncBuiltinESMExports();
  return seen;
}
