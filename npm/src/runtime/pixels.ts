import { describeThrown, OnnxletError } from "./errors.js";
import { kindOf } from "./kind.js";
import type { Pixels } from "./types.js";

/** What a page or a Web Worker can draw. */
export type Picture =
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | OffscreenCanvas
  | ImageBitmap
  | VideoFrame;

type Size = Pick<Pixels, "width" | "height">;

/** The true size of each kind of picture. */
const SIZES = new Map<string, (picture: never) => Size>([
  ["HTMLImageElement", (image: HTMLImageElement) => ({ width: image.naturalWidth, height: image.naturalHeight })],
  ["HTMLVideoElement", (video: HTMLVideoElement) => ({ width: video.videoWidth, height: video.videoHeight })],
  ["VideoFrame", (frame: VideoFrame) => ({ width: frame.displayWidth, height: frame.displayHeight })],
  ["HTMLCanvasElement", (canvas: HTMLCanvasElement) => canvas],
  ["OffscreenCanvas", (canvas: OffscreenCanvas) => canvas],
  ["ImageBitmap", (bitmap: ImageBitmap) => bitmap],
]);

const NO_SIZE = "expected a picture, got one without size (not loaded, or broken)";

/** True for everything that `pixelsOf` takes. */
export function isPicture(value: object): value is Picture {
  return SIZES.has(kindOf(value));
}

/** The pixels of a picture at its own size; a promise for an `<img>` that is still loading. */
export function pixelsOf(picture: Picture, field: string): Pixels | Promise<Pixels> {
  if (kindOf(picture) !== "HTMLImageElement") return drawn(picture, field);
  const image = picture as HTMLImageElement;
  if (image.complete) return drawn(image, field);
  return image.decode().then(
    () => drawn(image, field),
    (cause: unknown) => {
      throw unreadable(field, `the image ${image.currentSrc} could not be decoded`, cause);
    },
  );
}

function drawn(picture: Picture, field: string): Pixels {
  const size = SIZES.get(kindOf(picture)) as (picture: Picture) => Size;
  const { width, height } = size(picture);
  if (width === 0 || height === 0) throw unreadable(field, NO_SIZE);
  try {
    // A fresh canvas, so that the caller's own canvas keeps its context, of whatever kind that is.
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error(`no canvas of ${width} × ${height} pixels could be made`);
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return { data, width, height };
  } catch (cause) {
    throw unreadable(field, `the picture's pixels can't be read: ${describeThrown(cause)}`, cause);
  }
}

function unreadable(field: string, message: string, cause?: unknown): OnnxletError {
  return new OnnxletError("invalid", `${field}: ${message}`, { problems: [{ field, message }], cause });
}
