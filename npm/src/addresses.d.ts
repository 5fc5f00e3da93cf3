// The module `addresses.js` is generated for each package: which files it has.
import type { PackagedBuild, PackagedModule } from "./runtime/modules.js";
import type { Simd } from "./runtime/types.js";

/** Where the modules of each SIMD build are. */
export declare const addresses: Readonly<Partial<Record<Simd, PackagedBuild>>>;
/** The decoder of pictures, for a model that takes some. */
export declare const decoder: PackagedModule | undefined;
