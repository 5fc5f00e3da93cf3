// The module `engines.js` is generated for each package: which builds it has.
import type { Engines } from "./runtime/engine.js";

/** The glue of each SIMD build of the package. */
export declare const engines: Engines;
