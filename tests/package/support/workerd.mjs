import { spawn } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { atEnd } from "./cleanup.mjs";

// The path of the program; the package has no types.
const WORKERD = createRequire(import.meta.url)("workerd").default;

/**
 * Runs a folder of modules in workerd, `index.js` first, until the tests of the file are over.
 * @param {string} folder
 * @returns {Promise<string>} the origin
 */
export async function serveWorker(folder) {
  const files = (await readdir(folder)).filter((file) => /\.(js|wasm)$/.test(file));
  const modules = files.sort((a, b) => Number(b === "index.js") - Number(a === "index.js")).map(moduleOf);
  const config = join(folder, "config.capnp");
  await writeFile(config, configOf(modules));
  const child = spawn(WORKERD, ["serve", config, "--control-fd=1"], { stdio: ["ignore", "pipe", "inherit"] });
  atEnd(() => child.kill());
  return `http://127.0.0.1:${await listeningPort(child)}`;
}

/** @param {string} file */
function moduleOf(file) {
  const kind = file.endsWith(".wasm") ? "wasm" : "esModule";
  return `(name = ${JSON.stringify(file)}, ${kind} = embed ${JSON.stringify(file)})`;
}

/** @param {string[]} modules */
function configOf(modules) {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  compatibilityDate = "2026-09-01",
);
`;
}

/**
 * The port, from workerd's control messages.
 * @param {import("node:child_process").ChildProcessByStdio<null, import("node:stream").Readable, null>} child
 * @returns {Promise<number>}
 */
function listeningPort(child) {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
      const port = /"event":"listen".*?"port":(\d+)/.exec(text)?.[1];
      if (port) resolve(Number(port));
    });
    child.on("exit", (code) => reject(new Error(`workerd ended with ${code} before it listened: ${text}`)));
  });
}
