// The glue and modules of a package's builds, and the generated scripts by which the runtime finds them.
import type { PackagedModule } from "../runtime/modules.js";
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

/** Texts and modules by their place in the package. */
export type Files = Record<string, string | Uint8Array>;

/** The package's files that hold the engines. */
export function engineFiles(builds: readonly Build[]): Files {
  const glue = glueFiles(builds);
  return {
    ...glue.files,
    "engines.js": enginesScript(builds, glue.names),
    "addresses.js": addressesScript(builds),
    "bundled.js": bundledScript(builds),
    ...Object.fromEntries(builds.flatMap(modules).map(({ place, bytes }) => [place, bytes])),
  };
}

/** Places of the modules, for the package's exports. */
export function modulePlaces(builds: readonly Build[]): string[] {
  return builds.flatMap(modules).map(({ place }) => place);
}

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

function enginesScript(builds: readonly Build[], names: readonly string[]): string {
  const imports = builds.map(({ simd }, at) => `import { createEngine as ${simd} } from "./${names[at]}";`);
  return `${imports.join("\n")}\n\nexport const engines = { ${builds.map(({ simd }) => simd).join(", ")} };\n`;
}

/** Bundlers find the files by the literal form `new URL("…", import.meta.url)`. */
function addressesScript(builds: readonly Build[]): string {
  const entries = builds.map((build) => {
    const parts = modules(build).map(({ place, part, bytes }) => {
      const entry: Record<keyof PackagedModule, string> = {
        address: `new URL("./${place}", import.meta.url)`,
        bytes: String(bytes.length),
      };
      return `    ${part}: { address: ${entry.address}, bytes: ${entry.bytes} },\n`;
    });
    return `  ${build.simd}: {\n${parts.join("")}  },\n`;
  });
  return `export const addresses = {\n${entries.join("")}};\n`;
}

/** Workers have relaxed SIMD: the fastest build is theirs. */
function bundledScript(builds: readonly Build[]): string {
  const build = builds.find(({ simd }) => simd === "relaxed") ?? builds[0];
  if (!build) throw new Error("a package needs a build, got none");
  const simd = `export const simd = "${build.simd}";\n`;
  const full = `./wasm/full.${build.simd}.wasm`;
  if (!build.lean) return `import first from "${full}";\n\n${simd}export { first };\nexport const full = undefined;\n`;
  const imports = `import first from "./wasm/lean.${build.simd}.wasm";\nimport full from "${full}";\n`;
  return `${imports}\n${simd}export { first, full };\n`;
}
