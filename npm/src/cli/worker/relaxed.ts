import { setFlagsFromString } from "node:v8";
import { supportedSimd } from "../../runtime/simd.js";
import { Failure } from "../failure.js";

/** Node 20 has relaxed SIMD, and computes what later ones do, but hides it behind this. */
const FLAG = "--experimental-wasm-relaxed-simd";

let turnedOn = false;

/** Sees that this process runs relaxed SIMD. */
export function enableRelaxed(): void {
  if (supportedSimd().has("relaxed")) return;
  setFlagsFromString(FLAG);
  turnedOn = true;
  if (supportedSimd().has("relaxed")) return;
  const version = `this is Node ${process.versions.node}`;
  throw new Failure(`the Worker's build needs a Node with relaxed SIMD to be baked; ${version}: run with Node 22 or newer`);
}

/** What another process of this Node needs for relaxed SIMD. */
export function relaxedFlags(): string[] {
  return turnedOn ? [FLAG] : [];
}
