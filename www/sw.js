// Works offline once loaded, and never mixes two versions of the page.
//
// The build writes precache.js: `self.PRECACHE = { version, files: { path: "sha256-…" } }`, the digest of every file of
// the site. A version is stored only if every file of it is exactly the one listed (the browser checks the digests); a
// version that changes while it is being fetched is not stored at all. A new version waits beside the old one until the
// reader reloads, so a page that is open keeps getting the files it was built with.
/**
 * The parts of a service worker's scope that are used here; TypeScript has either these or a page's.
 * @typedef {Event & { waitUntil(work: Promise<unknown>): void }} LongEvent
 * @typedef {{ postMessage(message: unknown): void }} Page
 * @typedef {LongEvent & { data: { activate?: boolean, keep?: Kept } | undefined, source: Page | null }} MessageFromPage
 * @typedef {Event & { request: Request, respondWith(response: Promise<Response>): void }} Asked
 * @typedef {{ install: LongEvent, activate: LongEvent, message: MessageFromPage, fetch: Asked }} Events
 * @typedef {object} Scope
 * @property {<K extends keyof Events>(type: K, listener: (event: Events[K]) => void) => void} addEventListener
 * @property {{ scope: string }} registration
 * @property {{ claim(): Promise<void> }} clients
 * @property {() => Promise<void>} skipWaiting
 * @property {(path: string) => void} importScripts
 * @property {{ version: string, files: Readonly<Record<string, string>> }} PRECACHE written by the build
 *
 * @typedef {{ models: readonly string[], simd: string }} Kept
 * @typedef {{ integrity: string, response: Response }} Stored
 */

const scope = /** @type {Scope} */ (/** @type {unknown} */ (self));
scope.importScripts("precache.js");

const { version, files } = scope.PRECACHE;
const PREFIX = "onnxlet-";
const CACHE = PREFIX + version;
/** Where the list of what is stored lies inside the cache; no file has this name. */
const MANIFEST = at("precache-manifest");
/** What the page is made of. Modules (.wasm) come later, and only the build that this browser runs. */
const SHELL = /\.(html|css|js|json|svg|png|webmanifest)$/;

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(activate()));
scope.addEventListener("message", (event) => {
  if (event.data?.activate) void scope.skipWaiting();
  if (event.data?.keep) event.waitUntil(keep(event.data.keep, event.source));
});
scope.addEventListener("fetch", (event) => {
  const path = pathOf(event.request);
  // What is not a file of the site goes to the network untouched: the API above all.
  if (path !== undefined) event.respondWith(answer(path));
});

async function install() {
  const cache = await caches.open(CACHE);
  const earlier = await storedEarlier();
  const kept = new Set(earlier.keys());
  // Modules that were stored are stored again, so that an update doesn't take the offline use away.
  const wanted = Object.keys(files).filter((path) => SHELL.test(path) || kept.has(path));
  await Promise.all(wanted.map((path) => store(cache, path, earlier.get(path))));
  await cache.put(MANIFEST, Response.json(files));
}

/** Only once no page of an old version is open, or its reader asked to reload. */
async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
  await scope.clients.claim();
}

/**
 * Stores a file, taken from an earlier version where it is the same file.
 * @param {Cache} cache
 * @param {string} path
 * @param {Stored | undefined} earlier
 */
async function store(cache, path, earlier) {
  const same = earlier !== undefined && earlier.integrity === files[path];
  await cache.put(at(path), same ? earlier.response : await fetchExactly(path));
}

/** The files of the versions in store, by path. */
async function storedEarlier() {
  /** @type {Map<string, Stored>} */
  const found = new Map();
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === CACHE) continue;
    const cache = await caches.open(name);
    const manifest = await cache.match(MANIFEST);
    if (!manifest) continue;
    const listed = /** @type {Record<string, string>} */ (await manifest.json());
    for (const [path, integrity] of Object.entries(listed)) {
      const response = await cache.match(at(path));
      if (response) found.set(path, { integrity, response });
    }
  }
  return found;
}

/**
 * A file of this version; rejects when the server has another one by now, which the next update check will find.
 * @param {string} path
 */
async function fetchExactly(path) {
  const response = await fetch(at(path), { integrity: files[path] ?? "", cache: "no-cache" });
  if (!response.ok) throw new TypeError(`${path}: HTTP ${response.status}`);
  return response;
}

/** @param {string} path */
async function answer(path) {
  const cache = await caches.open(CACHE);
  const stored = await cache.match(at(path));
  if (stored) return stored;
  const response = await fetchExactly(path);
  await cache.put(at(path), response.clone());
  return response;
}

/**
 * Stores the modules of models for the SIMD build that the page runs, and tells the page.
 * @param {Kept} kept
 * @param {Page | null} page
 */
async function keep({ models, simd }, page) {
  const paths = models.flatMap((model) => modulesOf(model, simd));
  await Promise.all(paths.map(answer));
  page?.postMessage({ kept: models });
}

/**
 * All modules of a model for one SIMD build: a package may hold a second one, for what the first can't do, and a decoder of
 * pictures that serves both builds.
 * @param {string} model
 * @param {string} simd
 */
function modulesOf(model, simd) {
  const folder = `packages/onnxlet-${model}/`;
  const ends = [`.${simd}.wasm`, "/pictures.wasm"];
  const paths = Object.keys(files).filter((path) => path.startsWith(folder) && ends.some((end) => path.endsWith(end)));
  if (paths.length === 0) throw new Error(`no ${simd} module of ${model} is listed in precache.js`);
  return paths;
}

/**
 * The site's file that a request is for, if it is for one.
 * @param {Request} request
 */
function pathOf(request) {
  const url = new URL(request.url);
  const { href } = new URL(scope.registration.scope);
  const bare = url.origin + url.pathname;
  if (request.method !== "GET" || !bare.startsWith(href)) return undefined;
  const path = bare.slice(href.length) || "index.html";
  return Object.hasOwn(files, path) ? path : undefined;
}

/**
 * The address of a file. The index has the folder's: hosts redirect from the longer one, and a redirect can't be stored.
 * @param {string} path
 */
function at(path) {
  return new URL(path === "index.html" ? "./" : path, scope.registration.scope).href;
}
