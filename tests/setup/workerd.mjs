// A folder of modules in workerd itself, without the proxies that `wrangler dev` puts before it.

import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The path of the program; the package has no types.
const WORKERD = createRequire(import.meta.url)("workerd").default;

/**
 * @typedef {object} Served
 * @property {string} url
 * @property {number} pid of the process, which has no children
 * @property {() => string} log
 * @property {() => number | string | null} ended the exit code or signal, once there is one
 * @property {() => Promise<void>} stop
 */

/**
 * Serves a folder of modules, `index.js` first, on a free port.
 * @param {string} folder
 * @param {Record<string, string>} [variables]
 * @returns {Promise<Served>}
 */
export async function serve(folder, variables = {}) {
  const names = (await readdir(folder, { recursive: true })).filter((file) => /\.(js|wasm)$/.test(file)).sort();
  const modules = names.sort((a, b) => Number(b === "index.js") - Number(a === "index.js")).map((name) => moduleOf(folder, name));
  const own = await mkdtemp(join(tmpdir(), "onnxlet-workerd-"));
  const config = join(own, "config.capnp");
  await writeFile(config, configOf(modules, variables));
  // Absolute paths are taken from the root of an import path.
  const child = spawn(WORKERD, ["serve", config, "--import-path=/", "--control-fd=3"], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text) => (log += text));
  const over = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill();
    await over;
    await rm(own, { recursive: true, force: true });
  };
  const port = await listeningPort(child, () => log);
  const ended = () => child.exitCode ?? child.signalCode;
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, log: () => log, ended, stop };
}

/** @param {string} folder @param {string} name */
function moduleOf(folder, name) {
  const kind = name.endsWith(".wasm") ? "wasm" : "esModule";
  return `(name = ${JSON.stringify(name)}, ${kind} = embed ${JSON.stringify(join(folder, name))})`;
}

/** @param {string[]} modules @param {Record<string, string>} variables */
function configOf(modules, variables) {
  const bindings = Object.entries(variables).map(([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  bindings = [${bindings.join(", ")}],
  compatibilityDate = "2026-09-01",
);
`;
}

/**
 * The port, from workerd's control messages.
 * @param {import("node:child_process").ChildProcess} child
 * @param {() => string} log
 * @returns {Promise<number>}
 */
function listeningPort(child, log) {
  return new Promise((resolve, reject) => {
    let text = "";
    const control = /** @type {import("node:stream").Readable} */ (child.stdio[3]);
    control.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
      const port = /"event":"listen".*?"port":(\d+)/.exec(text)?.[1];
      if (port) resolve(Number(port));
    });
    child.on("exit", (code) => reject(new Error(`workerd ended with ${code} before it listened:\n${log()}`)));
  });
}
