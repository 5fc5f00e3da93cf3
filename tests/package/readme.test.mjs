// The examples of each package's README, run as a reader would copy them.
import assert from "node:assert/strict";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { succeed } from "./support/command.mjs";
import { project } from "./support/installed.mjs";
import { sample } from "./support/paths.mjs";

let folder = "";
before(async () => {
  folder = await project(["digits", "iris"]);
  await copyFile(sample(7), join(folder, "picture.png"));
});

for (const [model, expected] of /** @type {[string, RegExp][]} */ ([
  ["digits", /label: '7'/],
  ["iris", /label: 'versicolor'/],
])) {
  test(`onnxlet-${model}: the first example runs`, async () => {
    const text = await readFile(join(folder, "node_modules", `onnxlet-${model}`, "README.md"), "utf8");
    const example = /```js\n(.*?)```/s.exec(text)?.[1];
    assert.ok(example, "the README has no example");
    await writeFile(join(folder, `${model}.mjs`), example);
    assert.match(await succeed(process.execPath, [`${model}.mjs`], { cwd: folder }), expected);
  });
}
