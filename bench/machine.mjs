// What was measured on, and which versions.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { BENCH, ROOT } from "./paths.mjs";

const run = promisify(execFile);

/** @returns {Promise<Record<string, string>>} */
export async function describeMachine() {
  const processors = cpus();
  return {
    processor: `${processors[0]?.model ?? "unknown"}, ${processors.length} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
  };
}

/** How busy the processors are with other work while the bench does nothing: 0 to 1. */
export async function busyness() {
  const before = cpus();
  await sleep(3000);
  const spent = { all: 0, idle: 0 };
  for (const [index, { times: after }] of cpus().entries()) {
    const times = before[index]?.times ?? after;
    const sum = (/** @type {typeof after} */ { user, nice, sys, idle, irq }) => user + nice + sys + idle + irq;
    spent.all += sum(after) - sum(times);
    spent.idle += after.idle - times.idle;
  }
  return spent.all > 0 ? 1 - spent.idle / spent.all : 0;
}

/**
 * @param {{ node: string, chromium: string }} programs
 * @returns {Promise<Record<string, string>>}
 */
export async function describeVersions(programs) {
  /** @param {string} program */
  const ask = async (program) => (await run(program, ["--version"])).stdout.trim();
  const { devDependencies } = JSON.parse(await readFile(join(BENCH, "package.json"), "utf8"));
  const commit = await run("git", ["rev-parse", "--short", "HEAD"], { cwd: ROOT }).then(({ stdout }) => stdout.trim(), () => "");
  return {
    onnxlet: `${await locked("Cargo.lock", "onnxlet")}${commit && `, commit ${commit}`}`,
    tract: await locked("Cargo.lock", "tract-onnx"),
    rten: await locked("bench/rten/Cargo.lock", "rten"),
    "onnxruntime-web": devDependencies["onnxruntime-web"],
    "tfjs-backend-wasm": devDependencies["@tensorflow/tfjs-backend-wasm"],
    node: await ask(programs.node),
    chromium: await ask(programs.chromium),
    rustc: await ask("rustc"),
  };
}

/**
 * @param {string} file
 * @param {string} name
 */
async function locked(file, name) {
  const text = await readFile(join(ROOT, file), "utf8");
  return new RegExp(`name = "${name}"\\nversion = "([^"]+)"`).exec(text)?.[1] ?? "unknown";
}
