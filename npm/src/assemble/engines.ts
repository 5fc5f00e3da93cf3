// The glue and modules of a package's builds, and the generated scripts by which the runtime finds them.
import type { PackagedModule } from "../runtime/modules.js";
import type { Description } from "./card.js";
import type { Part, Simd } from "../runtime/types.js";

/** One SIMD build of a model. */
export interface Build {
  simd: Simd;
  /** The text of the glue, `engine.js`. */
  glue: string;
  /** The engine with the model in it. */
  full: Uint8Array;
  /** The same without the code that the model doesn't need. */
  lean?: Uint8Array | undefined;
}

/** The decoder of pictures, which serves all builds. */
export interface PictureModule {
  /** The text of its glue, `pictures.js`. */
  glue: string;
  wasm: Uint8Array;
}

/** Texts and modules by their place in the package. */
export type Files = Record<string, string | Uint8Array>;

/** A model in its builds. */
export interface Engines {
  description: Description;
  builds: readonly Build[];
  pictures: PictureModule | undefined;
}

/** The package's files that hold the engines. */
export function engineFiles({ description, builds, pictures }: Engines): Files {
  const glue = glueFiles(builds);
  return {
    ...glue.files,
    ...(pictures && { "pictures.js": bare(pictures.glue), [PICTURES]: pictures.wasm }),
    "engines.js": enginesScript(description, builds, glue.names, pictures),
    "addresses.js": addressesScript(builds, pictures),
    "bundled.js": bundledScript(builds, pictures),
    ...Object.fromEntries(builds.flatMap(modules).map(({ place, bytes }) => [place, bytes])),
  };
}

/** Places of the modules, for the package's exports. */
export function modulePlaces(builds: readonly Build[], pictures: PictureModule | undefined): string[] {
  return [...builds.flatMap(modules).map(({ place }) => place), ...(pictures ? [PICTURES] : [])];
}

const PICTURES = "wasm/pictures.wasm";

function modules(build: Build): { place: string; part: Part; bytes: Uint8Array }[] {
  const { simd, full, lean } = build;
  const whole = { place: `wasm/full.${simd}.wasm`, part: "full" as const, bytes: full };
  return lean ? [{ place: `wasm/lean.${simd}.wasm`, part: "lean" as const, bytes: lean }, whole] : [whole];
}

/** One file serves all builds unless wasm-bindgen named their imports differently. */
function glueFiles(builds: readonly Build[]): { files: Files; names: string[] } {
  const texts = builds.map(({ glue }) => bare(glue));
  const shared = texts.every((text) => text === texts[0]);
  const names = builds.map(({ simd }) => (shared ? "engine.js" : `engine.${simd}.js`));
  return { files: Object.fromEntries(names.map((name, at) => [name, texts[at] ?? ""])), names };
}

/** Glue without comments: they are a tenth of what a page downloads, and one names a file that the package lacks. */
function bare(glue: string): string {
  return glue.replace(/^[ \t]*\/\*[^]*?\*\/\n/gm, "");
}

function enginesScript(
  description: Description,
  builds: readonly Build[],
  names: readonly string[],
  pictures: PictureModule | undefined,
): string {
  const imports = builds.map(({ simd }, at) => `import { createEngine as ${simd} } from "./${names[at]}";`);
  const decoder = pictures ? 'async () => (await import("./pictures.js")).createEngine' : "undefined";
  const engines = `const engines = { ${builds.map(({ simd }) => simd).join(", ")} };\n`;
  // As a text: a literal would take a name such as `__proto__` for something else.
  const said = `JSON.parse(${JSON.stringify(JSON.stringify(description))})`;
  const describe = `function describe(simd) {\n  const said = ${said};\n  said.engine.simd = simd;\n  return said;\n}\n`;
  return `${imports.join("\n")}\n\n${engines}${describe}const pictures = ${decoder};\nexport { engines, describe, pictures };\n`;
}

/** Bundlers find the files by the literal form `new URL("…", import.meta.url)`. */
function addressesScript(builds: readonly Build[], pictures: PictureModule | undefined): string {
  const entries = builds.map((build) => {
    const parts = modules(build).map(({ place, part, bytes }) => `    ${part}: ${packaged(place, bytes)},\n`);
    return `  ${build.simd}: {\n${parts.join("")}  },\n`;
  });
  const decoder = pictures ? packaged(PICTURES, pictures.wasm) : "undefined";
  return `const addresses = {\n${entries.join("")}};\nconst decoder = ${decoder};\nexport { addresses, decoder };\n`;
}

/** The text of a `PackagedModule`. */
function packaged(place: string, bytes: Uint8Array): string {
  const entry: Record<keyof PackagedModule, string> = {
    address: `new URL("./${place}", import.meta.url)`,
    bytes: String(bytes.length),
  };
  return `{ address: ${entry.address}, bytes: ${entry.bytes} }`;
}

/** Workers have relaxed SIMD: the fastest build is theirs. */
function bundledScript(builds: readonly Build[], pictures: PictureModule | undefined): string {
  const build = builds.find(({ simd }) => simd === "relaxed") ?? builds[0];
  if (!build) throw new Error("a package needs a build, got none");
  const simd = `export const simd = "${build.simd}";\n`;
  const named: [name: string, place: string | undefined][] = [
    ["first", `wasm/${build.lean ? "lean" : "full"}.${build.simd}.wasm`],
    ["full", build.lean && `wasm/full.${build.simd}.wasm`],
    ["decoder", pictures && PICTURES],
  ];
  const imports = named.map(([name, place]) => (place ? `import ${name} from "./${place}";\n` : ""));
  const absent = named.map(([name, place]) => (place ? "" : `export const ${name} = undefined;\n`));
  const present = named.flatMap(([name, place]) => (place ? [name] : []));
  return `${imports.join("")}\n${simd}${absent.join("")}export { ${present.join(", ")} };\n`;
}
