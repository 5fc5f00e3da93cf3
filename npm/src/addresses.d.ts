// The module `addresses.js` is generated for each package: which files it has.
import type { PackagedBuild } from "./runtime/modules.js";
import type { Simd } from "./runtime/types.js";

/** Where the modules of each SIMD build are. */
export declare const addresses: Readonly<Partial<Record<Simd, PackagedBuild>>>;
