// `onnxlet serve` of a project with the packed command, on a free port.

import { spawn } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { variable } from "../../setup/paths.mjs";
import { atEnd } from "./cleanup.mjs";
import { tool } from "./paths.mjs";

/** @returns {Promise<import("node:net").Server>} */
export function listening() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
  });
}

/** @param {import("node:net").Server} server */
export function portOf(server) {
  const address = server.address();
  return typeof address === "object" && address ? String(address.port) : "";
}

/** A port that nothing listens on. */
export async function freePort() {
  const free = await listening();
  const port = portOf(free);
  await new Promise((resolve) => free.close(resolve));
  return port;
}

/**
 * Runs the command in a project, which gets wrangler, until it answers.
 * @param {string} folder of the project
 * @param {string[]} args that say `--port` with the port
 * @param {string} port
 */
export async function serve(folder, args, port) {
  await mkdir(join(folder, "node_modules"), { recursive: true });
  await symlink(dirname(dirname(tool("wrangler"))), join(folder, "node_modules", "wrangler")).catch(() => {});
  const script = join(folder, "node_modules", "onnxlet", "dist", "cli", "main.js");
  const child = spawn(variable("ONNXLET_NODE"), [script, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  atEnd(() => child.kill());
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
  while (!output.includes("Page and API:")) {
    if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { base: `http://127.0.0.1:${port}`, child, ended, output: () => output };
}
