// The packed digits package in a Worker as wrangler bundles it, without configuration, in workerd.
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { variable } from "../setup/paths.mjs";
import { succeed } from "./support/command.mjs";
import { project } from "./support/installed.mjs";
import { tool } from "./support/paths.mjs";
import { checkWorker, WORKER } from "./support/worker-program.mjs";

const SETTINGS = `name = "reads-digits"
main = "worker.js"
compatibility_date = "2026-09-01"
`;

test("pictures are read by the relaxed build, and what a Worker can't do is refused", async () => {
  const folder = await project(["digits"], { "worker.js": WORKER, "wrangler.toml": SETTINGS });
  const env = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
  const args = [tool("wrangler"), "deploy", "--dry-run", "--outdir", "built"];
  await succeed(variable("ONNXLET_NODE"), args, { cwd: folder, env });
  const built = join(folder, "built");
  await rename(join(built, "worker.js"), join(built, "index.js"));
  await checkWorker(built);
});
