// Writes the two lists that a built site holds of its own files: samples.json and precache.js.
//
//     node www/build/lists.mjs target/site
//
// samples.json names the pictures in samples/ (a file name begins with the label). precache.js gives the service worker
// the digest of every file that a browser may ask for; the version is a digest of them all.

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * What no browser asks for: types, manuals and manifests of the packages, settings of the host, the worker itself. And the
 * reference of the API, which shows nothing without the server.
 */
const NOT_SERVED = /(\.d\.ts|\.md|\.map|(^|\/)package\.json|(^|\/)LICENSE[^/]*|^_headers|^tsconfig\.json|^sw\.js|^precache\.js|^build\/.*|^docs\/.*)$/;

const [site] = process.argv.slice(2);
if (!site) throw new Error("expected the folder of the site, got nothing");
await writeFile(join(site, "samples.json"), JSON.stringify({ samples: await samples(site) }));
await writeFile(join(site, "precache.js"), `self.PRECACHE = ${JSON.stringify(await precache(site))};\n`);

/** @param {string} folder */
async function samples(folder) {
  const names = await readdir(join(folder, "samples"));
  return names
    .filter((name) => name.endsWith(".png"))
    .sort()
    .map((file) => ({ file, label: /^[^-_.]+/.exec(file)?.[0] ?? file }));
}

/** @param {string} folder */
async function precache(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(join(folder, "/").length).replaceAll("\\", "/"))
    .filter((path) => !NOT_SERVED.test(path))
    .sort();
  const digests = await Promise.all(paths.map(async (path) => [path, digestOf(await readFile(join(folder, path)))]));
  const files = Object.fromEntries(digests);
  const version = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
  return { version, files };
}

/** @param {Uint8Array} bytes */
function digestOf(bytes) {
  return `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
}
