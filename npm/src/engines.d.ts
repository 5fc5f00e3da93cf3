// The module `engines.js` is generated for each package: which builds it has.
import type { Engines } from "./runtime/engine.js";
import type { PictureGlue } from "./runtime/pictures.js";

/** The glue of each SIMD build of the package. */
export declare const engines: Engines;
/** The glue of the decoder of pictures, for a model that takes some. */
export declare const pictures: PictureGlue | undefined;
