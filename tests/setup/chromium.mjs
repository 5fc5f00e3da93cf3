// A Chromium that works closed off from the internet.

import { chromium } from "playwright-core";
import { ARGUMENTS } from "./chromium-arguments.mjs";
import { variable } from "./paths.mjs";

/** Starts the Chromium that `cargo xtask test` found. */
export function launch() {
  return chromium.launch({ executablePath: variable("ONNXLET_CHROMIUM"), headless: true, args: ARGUMENTS });
}
