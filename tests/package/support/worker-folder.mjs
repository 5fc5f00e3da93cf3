import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { variable } from "../../setup/paths.mjs";
import { succeed } from "./command.mjs";
import { tool } from "./paths.mjs";
import { serveWorker } from "./workerd.mjs";

/** wrangler without its calls home. */
export const QUIET = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };

/**
 * Rehearses the deployment of a Worker's folder as it is, then runs in workerd what would have been uploaded.
 * @param {string} folder
 * @returns {Promise<{ origin: string, printed: string }>}
 */
export async function deployed(folder) {
  const args = [tool("wrangler"), "deploy", "--dry-run", "--outdir", "uploaded"];
  const printed = await succeed(variable("ONNXLET_NODE"), args, { cwd: folder, env: QUIET });
  const uploaded = join(folder, "uploaded");
  const [entry] = (await readdir(uploaded)).filter((name) => name.endsWith(".js"));
  if (entry !== "index.js") await rename(join(uploaded, entry ?? ""), join(uploaded, "index.js"));
  return { origin: await serveWorker(uploaded), printed };
}

/**
 * Posts to a Worker's /predict.
 * @param {string} origin
 * @param {string | Uint8Array<ArrayBuffer>} body JSON where it is a text, otherwise a PNG
 * @returns {Promise<any>}
 */
export async function ask(origin, body) {
  const type = typeof body === "string" ? "application/json" : "image/png";
  return (await fetch(`${origin}/predict`, { method: "POST", headers: { "content-type": type }, body })).json();
}
