// A Chromium that works closed off from the internet.

import { chromium } from "playwright-core";
import { variable } from "./paths.mjs";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the Chromium that `cargo xtask test` found. */
export function launch() {
  return chromium.launch({ executablePath: variable("ONNXLET_CHROMIUM"), headless: true, args: ARGUMENTS });
}
