// Node: a fresh process for every sample.

import { fork } from "node:child_process";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("node-sample.mjs", import.meta.url));

/**
 * @param {string} site
 * @param {string} program the Node to measure in
 * @returns {import("./hosts.mjs").OpenHost}
 */
export function openNode(site, program) {
  return {
    measure: (request, limit) => inProcess(program, { ...request, site, audit: false }, limit),
    async audit(request, limit) {
      const audited = await inProcess(program, { ...request, site, audit: true }, limit);
      const folder = join(site, request.model, request.engine);
      const files = audited.files.map((file) => relative(folder, file));
      return { ...audited, files: files.filter((file) => !file.startsWith("..") && file !== "adapter.mjs") };
    },
    async close() {},
  };
}

/**
 * @param {string} program
 * @param {object} request
 * @param {number} limit in milliseconds
 * @returns {Promise<import("../types.js").Audited>}
 */
function inProcess(program, request, limit) {
  return new Promise((resolve, reject) => {
    const child = fork(PROGRAM, [JSON.stringify(request)], {
      execPath: program,
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let told = "";
    child.stderr?.on("data", (data) => {
      told = (told + data).slice(-4000);
    });
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`no answer within ${limit / 1000} s`));
    }, limit);
    child.on("message", (/** @type {any} */ told) => {
      if ("failed" in told) reject(new Error(told.failed));
      else resolve(told);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`the process ended with ${signal ?? `code ${code}`}: ${reasonIn(told)}`));
    });
  });
}

/**
 * The line that says what was wrong.
 * @param {string} told
 */
function reasonIn(told) {
  const lines = told.split("\n").map((line) => line.trim());
  return lines.find((line) => /\b(error|panicked)\b/i.test(line)) ?? lines.find(Boolean) ?? "it said nothing";
}
