// The module `bundled.js` is generated for each package: its modules as Workers get them, compiled beforehand.
import type { Simd } from "./runtime/types.js";

/** The build that Workers take. */
export declare const simd: Simd;
/** The module to begin with. */
export declare const first: WebAssembly.Module;
/** The one behind it, where the first is trimmed. */
export declare const full: WebAssembly.Module | undefined;
/** The decoder of pictures, for a model that takes some. */
export declare const decoder: WebAssembly.Module | undefined;
