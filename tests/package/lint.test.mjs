// What the linters of packages say about the packed packages.
import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { run } from "./support/command.mjs";
import { project } from "./support/installed.mjs";
import { tarball, tool } from "./support/paths.mjs";

const MODELS = ["digits", "iris"];
let folder = "";
before(async () => {
  folder = await project(MODELS);
});

for (const model of MODELS) {
  test(`publint finds nothing in onnxlet-${model}`, async () => {
    const { code, output } = await run(process.execPath, [tool("publint"), "--strict", await tarball(model)]);
    assert.equal(code, 0, output);
    assert.match(output, /All good/);
  });

  test(`are the types right finds nothing in onnxlet-${model}`, async () => {
    const args = [tool("@arethetypeswrong/cli", "attw"), await tarball(model), "--profile", "esm-only", "--no-color"];
    const { code, output } = await run(process.execPath, args);
    assert.equal(code, 0, output);
  });

  test(`onnxlet-${model} holds all that its manifest names, and no dependencies`, async () => {
    const root = join(folder, "node_modules", `onnxlet-${model}`);
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    assert.equal(manifest.name, `onnxlet-${model}`);
    assert.equal(manifest.dependencies, undefined);
    assert.equal(manifest.sideEffects, false);
    for (const path of ["README.md", "LICENSE-MIT", "LICENSE-APACHE", ...manifest.files]) await stat(join(root, path));
  });
}
