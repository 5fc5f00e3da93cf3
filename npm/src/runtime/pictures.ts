// PNG, JPEG and WebP: their decoder is a module of its own, loaded when the first encoded picture arrives.
import type { DecodedPicture, EngineHost } from "./engine.js";
import { describeThrown, OnnxletError } from "./errors.js";

/** An instance of the decoder's module. */
export interface PictureDecoder {
  decodePicture(bytes: Uint8Array, pixels: number): DecodedPicture;
}

/** Gets the decoder's glue, which instantiates the decoder's module. */
export type PictureGlue = () => Promise<(module: WebAssembly.Module) => Promise<PictureDecoder>>;

/** Makes a decoder. */
export type MakeDecoder = () => Promise<PictureDecoder>;

/** For an engine that is given no pictures. */
export const NO_PICTURES: EngineHost = { decodePicture: () => ({ pending: true }) };

/**
 * Decodes for an engine, which can't wait: where there is no decoder yet, the engine's call is in vain, and is made again
 * once `load` is done.
 */
export class Pictures implements EngineHost {
  readonly #make: MakeDecoder;
  #decoder: PictureDecoder | undefined;
  #wanted = false;

  constructor(make: MakeDecoder) {
    this.#make = make;
  }

  decodePicture = (bytes: Uint8Array, pixels: number): DecodedPicture => {
    if (!this.#decoder) {
      this.#wanted = true;
      return { pending: true };
    }
    try {
      return this.#decoder.decodePicture(bytes, pixels);
    } catch (trap) {
      // Its state can't be trusted any more; the next picture gets another.
      this.#decoder = undefined;
      return { malformed: `the image cannot be decoded: its decoder stopped (${describeThrown(trap)})` };
    }
  };

  /** Whether a call was in vain. */
  get wanted(): boolean {
    return this.#wanted;
  }

  async load(): Promise<void> {
    this.#wanted = false;
    try {
      const decoder = await this.#make();
      this.#decoder ??= decoder;
    } catch (cause) {
      if (cause instanceof OnnxletError) throw cause;
      throw new OnnxletError("load", `the decoder of pictures could not be loaded: ${describeThrown(cause)}`, { cause });
    }
  }
}
