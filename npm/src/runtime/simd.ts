import { OnnxletError } from "./errors.js";
import type { Simd } from "./types.js";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const V128 = 0x7b;
const LOCAL_GET_0 = [0x20, 0x00];
const END = 0x0b;

/** A module of one function `v128 -> v128` with the given body. */
function moduleOf(body: readonly number[]): Uint8Array<ArrayBuffer> {
  const code = [0 /* no locals */, ...body, END];
  return Uint8Array.from([
    ...HEADER,
    ...[1, 6, 1, 0x60, 1, V128, 1, V128], // types: one, v128 -> v128
    ...[3, 2, 1, 0], // functions: one, of that type
    ...[10, code.length + 2, 1, code.length, ...code], // code: one body
  ]);
}

/** `f32x4.relaxed_madd`, the instruction that the relaxed build is there for. */
const RELAXED = moduleOf([...LOCAL_GET_0, ...LOCAL_GET_0, ...LOCAL_GET_0, 0xfd, 0x85, 0x02]);
/** `f32x4.mul` of plain `simd128`. */
const BASELINE = moduleOf([...LOCAL_GET_0, ...LOCAL_GET_0, 0xfd, 0xe6, 0x01]);

/** The builds that this host can compile. */
export function supportedSimd(): Set<Simd> {
  const supported = new Set<Simd>();
  if (WebAssembly.validate(RELAXED)) supported.add("relaxed");
  if (WebAssembly.validate(BASELINE)) supported.add("baseline");
  return supported;
}

/** The build to take: the one asked for, or the fastest of those that both the host and the package have. */
export function chooseSimd(asked: "auto" | Simd, supported: ReadonlySet<Simd>, packaged: ReadonlySet<Simd>): Simd {
  if (asked !== "auto") {
    if (!supported.has(asked)) throw missing(`this host has no support for the ${asked} build; it has: ${list(supported)}`);
    if (!packaged.has(asked)) throw missing(`the package has no ${asked} build; it has: ${list(packaged)}`);
    return asked;
  }
  const usable = (simd: Simd) => supported.has(simd) && packaged.has(simd);
  if (usable("relaxed")) return "relaxed";
  if (usable("baseline")) return "baseline";
  if (supported.size === 0) throw new OnnxletError("load", "this host has no WebAssembly SIMD, which the model needs");
  throw missing(`this host supports: ${list(supported)}; the package has: ${list(packaged)}`);
}

function missing(what: string): OnnxletError {
  return new OnnxletError("load", `simd: ${what}`);
}

function list(builds: ReadonlySet<Simd>): string {
  return [...builds].join(", ") || "none";
}
