// A Worker of one's own: `wrangler dev` on a free port, for what can't be tried on a shared one.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const WRANGLER = fileURLToPath(new URL("../wrangler-dist/cli.js", import.meta.resolve("wrangler")));

/**
 * Starts a Worker and waits until it answers.
 * @param {string[]} arguments_ for `wrangler dev`: an entry, variables
 * @returns {Promise<{base: string, log: () => string, stop: () => Promise<void>}>}
 */
export async function start(...arguments_) {
  const [port, inspector] = [await freePort(), await freePort()];
  const state = mkdtempSync(join(tmpdir(), "onnxlet-wrangler-"));
  const options = ["--ip", "127.0.0.1", "--port", port, "--inspector-port", inspector, "--persist-to", state];
  const child = spawn(process.execPath, [WRANGLER, "dev", ...arguments_, ...options.map(String)], {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (log += text));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const stop = async () => {
    child.kill("SIGINT");
    await ended;
    rmSync(state, { recursive: true, force: true });
  };
  const base = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`wrangler ended before it served:\n${log}`);
    if (await answers(`${base}/healthz`)) return { base, log: () => log, stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`wrangler did not serve within a minute:\n${log}`);
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
