import { mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, TARGET } from "../../setup/paths.mjs";
import { run, succeed } from "./command.mjs";
import { project } from "./installed.mjs";
import { tarball, UNBAKED } from "./paths.mjs";

const NPM = process.platform === "win32" ? "npm.cmd" : "npm";

/**
 * A project with the packed command `onnxlet` installed.
 * @param {string[]} models to install the unbaked packages of, too
 * @param {Record<string, string>} [files]
 */
export async function cliProject(models, files) {
  const folder = await project([], files);
  for (const model of models) await install(folder, await tarball(model, UNBAKED));
  const { version } = JSON.parse(await readFile(join(TARGET, "npm", "onnxlet", "package.json"), "utf8"));
  await install(folder, join(TARGET, "npm", `onnxlet-${version}.tgz`));
  return folder;
}

/**
 * Installs a folder or tarball as a user would.
 * @param {string} folder of the project
 * @param {string} what
 */
export async function install(folder, what) {
  await succeed(NPM, ["install", what, "--ignore-scripts", "--no-audit", "--no-fund", "--offline"], { cwd: folder });
}

/**
 * Runs the installed command on a machine that has Node and nothing else: no cargo, no shell tools.
 * @param {string} folder of the project
 * @param {string[]} args
 * @param {string} [node] the program
 */
export async function onnxlet(folder, args, node = process.execPath) {
  const bin = join(folder, "only-node");
  await mkdir(bin, { recursive: true });
  await symlink(node, join(bin, "node")).catch(() => {});
  const script = join(folder, "node_modules", "onnxlet", "dist", "cli", "main.js");
  return run(node, [script, ...args], { cwd: folder, env: { PATH: bin } });
}

/**
 * Runs the command, which must succeed.
 * @param {string} folder
 * @param {string[]} args
 */
export async function built(folder, args) {
  const { code, output } = await onnxlet(folder, args);
  if (code !== 0) throw new Error(`onnxlet ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

/**
 * A file of a bundled model.
 * @param {string} name
 * @param {string} file
 */
export function modelFile(name, file) {
  return join(ROOT, "models", name, file);
}
