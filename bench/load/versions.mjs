// Which versions took part.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { BENCH, ROOT, variable } from "../paths.mjs";

const run = promisify(execFile);

/** @returns {Promise<Record<string, string>>} */
export async function describeLoadVersions() {
  const requirements = await readFile(join(BENCH, "load/flask/requirements.txt"), "utf8");
  const packages = Object.fromEntries([...requirements.matchAll(/^([\w-]+)==(\S+)$/gm)].map(([, name = "", version = ""]) => [name, version]));
  const { devDependencies } = JSON.parse(await readFile(join(BENCH, "package.json"), "utf8"));
  const workerd = JSON.parse(await readFile(join(ROOT, "node_modules/workerd/package.json"), "utf8"));
  const commit = await run("git", ["rev-parse", "--short", "HEAD"], { cwd: ROOT }).then(({ stdout }) => stdout.trim(), () => "unknown");
  const python = (await run(variable("ONNXLET_LOAD_PYTHON"), ["--version"])).stdout.trim().replace("Python ", "");
  return { onnxlet: `commit ${commit}`, workerd: workerd.version, python, ...packages, autocannon: devDependencies.autocannon, node: process.versions.node };
}
