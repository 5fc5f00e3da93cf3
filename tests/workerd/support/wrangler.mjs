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
  const [port, inspector] = await freePorts(2);
  const state = mkdtempSync(join(tmpdir(), "onnxlet-wrangler-"));
  const options = ["--ip", "127.0.0.1", "--port", port, "--inspector-port", inspector, "--persist-to", state];
  const child = spawn(process.execPath, [WRANGLER, "dev", ...arguments_, ...options.map(String)], {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Apart: a chunk of one may end within a line, where the other's would then go on.
  const logs = [child.stdout, child.stderr].map(collected);
  const log = () => logs.map((text) => text()).join("");
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const stop = async () => {
    child.kill("SIGINT");
    await ended;
    rmSync(state, { recursive: true, force: true });
  };
  const base = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`wrangler ended before it served:\n${log()}`);
    if (await answers(`${base}/healthz`)) return { base, log, stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`wrangler did not serve within a minute:\n${log()}`);
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/**
 * What a stream has given so far, as far as its lines are whole.
 * @param {import("node:stream").Readable} stream
 * @returns {() => string}
 */
function collected(stream) {
  let text = "";
  stream.setEncoding("utf8").on("data", (/** @type {string} */ more) => (text += more));
  return () => text.slice(0, text.lastIndexOf("\n") + 1);
}

/**
 * Ports that nobody listens on now; each is held until all are found, so that no two are the same.
 * @param {number} count
 * @returns {Promise<number[]>}
 */
async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => listening()));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** @returns {Promise<import("node:net").Server>} */
function listening() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}
