// The ways into a package: what a page's script has in itself, and what the others import.
import assert from "node:assert/strict";
import { test } from "node:test";
import { engineFiles } from "../dist/assemble/engines.js";
import { entryFiles } from "../dist/assemble/entries.js";

const description = { name: "m", version: "1.0.0", digest: "", inputs: [], outputs: [], card: {}, engine: { name: "onnxlet" } };
const glue = (who) => `function a(){return"${who}"}export{a as createEngine,a as createEngineSync};\n`;
const build = (simd, text) => ({ simd, glue: text, full: new Uint8Array(7), lean: new Uint8Array(3) });
const files = (builds, pictures) => engineFiles({ description, builds, pictures });
const script = "export const found=[$engines,$addresses];";

/** @param {string} text */
const evaluated = (text) => import(`data:text/javascript,${encodeURIComponent(text.replaceAll("import.meta.url", '"https://a/b/"'))}`);

for (const [what, texts] of [["one glue for both builds", ["both", "both"]], ["a glue for each build", ["one", "other"]]]) {
  test(`a page's script needs no other: ${what}`, async () => {
    const generated = files([build("relaxed", glue(texts[0])), build("baseline", glue(texts[1]))]);
    const { "browser.js": page } = entryFiles({ "browser.js": script }, generated);
    assert.doesNotMatch(page, /^import/m);
    const [engines, addresses] = (await evaluated(page)).found;
    assert.deepEqual([engines.engines.relaxed(), engines.engines.baseline()], texts);
    assert.deepEqual(engines.describe("relaxed"), { ...description, engine: { name: "onnxlet", simd: "relaxed" } });
    assert.equal(addresses.addresses.baseline.lean.address.href, "https://a/b/wasm/lean.baseline.wasm");
    assert.equal(addresses.addresses.baseline.lean.bytes, 3);
  });
}

test("other ways in import what they know by name, and nothing else", () => {
  const generated = files([build("relaxed", glue("x"))], { glue: "export{};", wasm: new Uint8Array(1) });
  const entries = entryFiles({ "node.js": script, "workerd.js": "$bundled;" }, generated);
  assert.equal(entries["node.js"], `import*as $addresses from"./addresses.js";\nimport*as $engines from"./engines.js";\n${script}`);
  assert.equal(entries["workerd.js"], 'import*as $bundled from"./bundled.js";\n$bundled;');
});

test("glue that is written otherwise is imported", () => {
  const generated = files([build("relaxed", "export function createEngine() {}\n")]);
  const { "browser.js": page } = entryFiles({ "browser.js": "$engines;" }, generated);
  assert.equal(page, 'import*as $engines from"./engines.js";\n$engines;');
});
