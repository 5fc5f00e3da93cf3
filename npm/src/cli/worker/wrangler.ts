// wrangler, which runs a Worker's folder in workerd: the one that the caller has, or else the one that npx fetches.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A server being run. */
export interface Wrangler {
  /** How it ended, however it did. */
  ended: Promise<Ended>;
  stop(): void;
  /** What to do where it can't be run. */
  remedy: string;
}

export interface Ended {
  /** Because it was asked to. */
  stopped: boolean;
  /** What happened, in words. */
  how: string;
}

/** The last one for Node 20, and one for the Nodes that later ones need. */
const VERSIONS = { older: "4.86.0", newer: "4.156.0" };

/** Serves the Worker's folder on 127.0.0.1. What wrangler prints goes where our own output does. */
export function startWrangler(folder: string, port: number): Wrangler {
  const { command, args } = installed() ?? fetched();
  const options = ["dev", "--cwd", folder, "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"];
  // Local, quiet, and without calls home: nothing here needs an account or a network.
  const env = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", ...process.env };
  const child = spawn(command, [...args, ...options, "--show-interactive-dev-session=false"], {
    env,
    stdio: ["ignore", "inherit", "inherit"],
    shell: command.endsWith(".cmd"),
  });
  let stopped = false;
  const ended = new Promise<Ended>((resolve) => {
    child.on("error", (error) => resolve({ stopped, how: `${command} could not be started (${error.message})` }));
    child.on("exit", (code, signal) => resolve({ stopped, how: `wrangler ended with ${signal ?? `exit code ${code}`}` }));
  });
  const stop = () => {
    stopped = true;
    child.kill("SIGINT");
  };
  return { ended, stop, remedy: remedy() };
}

interface Command {
  command: string;
  args: string[];
}

/** The wrangler of the project that the caller stands in. */
function installed(): Command | undefined {
  try {
    const manifest = createRequire(join(process.cwd(), "from.js")).resolve("wrangler/package.json");
    const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin: Record<string, string> };
    return bin.wrangler ? { command: process.execPath, args: [join(dirname(manifest), bin.wrangler)] } : undefined;
  } catch {
    return undefined;
  }
}

function fetched(): Command {
  const npx = process.platform === "win32" ? "npx.cmd" : "npx";
  return { command: npx, args: ["--yes", `wrangler@${version()}`] };
}

function version(): string {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12) ? VERSIONS.newer : VERSIONS.older;
}

function remedy(): string {
  return `Workers are served by wrangler: install it here with \`npm install --save-dev wrangler@${version()}\` and call again.`;
}
