// The module `engines.js` is generated for each package: which model it has, in which builds.
import type { Engines } from "./runtime/engine.js";
import type { PictureGlue } from "./runtime/pictures.js";
import type { Description, Simd } from "./runtime/types.js";

/** The glue of each SIMD build of the package. */
export declare const engines: Engines;
/** What the model says of itself, in that build. */
export declare function describe(simd: Simd): Description;
/** The glue of the decoder of pictures, for a model that takes some. */
export declare const pictures: PictureGlue | undefined;
