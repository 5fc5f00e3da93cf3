// Variables of wrangler.toml, set in every way, sensible or not.
import type { Env } from "./engine.js";
import { PROTECTIONS } from "./protections.js";

/** Variables, and what is particular about them. */
export interface Setting {
  about: string;
  env: Env;
}

const LEVELS = ["off", "error", "warn", "info", " Warn "];
const WRONG = ["", "0", "-1", "1e6", "10MB", "104857601", "99999999999999999999999", "loud"];
const NUMBERS = ["ONNXLET_MAX_BODY_BYTES", "ONNXLET_MAX_DECOMPRESSED_BYTES", "ONNXLET_MAX_ELEMENTS", "ONNXLET_MAX_IMAGE_PIXELS"];

function all(value: unknown): Env {
  return Object.fromEntries(NUMBERS.map((name) => [name, value]));
}

const OTHERS = ["ONNXLET_MAX_BATCH", "ONNXLET_MAX_NESTING", "ONNXLET_CORS_ORIGINS", "ONNXLET_API_KEYS", "ONNXLET_RATE_LIMIT", "ONNXLET_RATE_LIMIT_PERIOD", "ONNXLET_ANALYTICS"];

/** Every variable has this value. */
function wrong(value: unknown): Env {
  return { ...all(value), ...Object.fromEntries(OTHERS.map((name) => [name, value])), ONNXLET_LOG_LEVEL: value, ONNXLET_CACHE: value, ONNXLET_CACHE_BYTES: value };
}

/** Every setting. The first has what `wrangler.toml` has where nothing is changed: no variable, and other bindings. */
export const SETTINGS: readonly Setting[] = [
  { about: "no variables", env: { ASSETS: {} } },
  { about: "usual variables", env: { ...all("12500000"), ONNXLET_LOG_LEVEL: "info" } },
  { about: "numbers", env: all(1_000_000) },
  { about: "the smallest limits", env: all("1") },
  { about: "small limits", env: { ONNXLET_MAX_BODY_BYTES: " 64 ", ONNXLET_MAX_DECOMPRESSED_BYTES: "99", ONNXLET_MAX_ELEMENTS: "2", ONNXLET_MAX_IMAGE_PIXELS: "99" } },
  { about: "the largest limits", env: { ...all("104857600"), ONNXLET_MAX_ELEMENTS: "33554432", ONNXLET_MAX_IMAGE_PIXELS: "32000000" } },
  ...["off", "memory", " Edge "].map((cache) => ({ about: `the cache ${cache}`, env: { ONNXLET_CACHE: cache } })),
  ...["1", "600", "67108864"].map((bytes) => ({ about: `a cache of ${bytes} bytes`, env: { ONNXLET_CACHE_BYTES: bytes } })),
  ...PROTECTIONS,
  ...LEVELS.map((level) => ({ about: `the log level ${level}`, env: { ONNXLET_LOG_LEVEL: level } })),
  ...WRONG.map((value) => ({ about: `the wrong value ${value}`, env: wrong(value) })),
  ...[true, null, {}, [1], 1.5].map((value) => {
    return { about: `the value ${JSON.stringify(value)}`, env: wrong(value) };
  }),
];
