// Models that onnxruntime's quantiser made bytes of, beside those in floats: at most half as large, and the same answers. How long
// they take is measured by bench/quantised.mjs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { read } from "../models/support/tensors.js";
import { engine } from "../setup/engine.mjs";
import { casesOf, modelOf, models, ZOO } from "./support/zoo.mjs";

/** Of a model's file. A byte is a quarter of a float; scales and names come on top of it. */
const LARGEST_SHARE = 0.5;

const QUANTISED = (await models()).map(({ name }) => name).filter((name) => name.startsWith("quantised-"));

test("there are some", () => assert.ok(QUANTISED.length > 0));

for (const name of QUANTISED) {
  test(name, async (t) => {
    const float = JSON.parse(await readFile(join(ZOO, name, "float.json"), "utf8"));
    const { onnx, card } = await modelOf(name);
    const [{ inputs }] = await casesOf(name);

    await t.test("is smaller than in floats", () => {
      const share = onnx.length / float.bytes;
      t.diagnostic(`${onnx.length} of ${float.bytes} bytes: ${share.toFixed(2)}`);
      assert.ok(share <= LARGEST_SHARE, `${share}`);
    });

    for (const simd of /** @type {const} */ (["relaxed", "baseline"])) {
      await t.test(`chooses as in floats, ${simd}`, async () => {
        const instance = (await engine(simd))();
        instance.load(onnx, card);
        const given = Object.fromEntries(Object.entries(inputs).map(([input, written]) => [input, read(written)]));
        const [{ data, shape }] = /** @type {any[]} */ (Object.values(instance.predict(given, undefined).outputs));
        assert.deepEqual(largest(data, shape[1]), float.largest);
      });
    }
  });
}

/** The place of the largest number of each row. @param {Float32Array} data @param {number} size of a row */
function largest(data, size) {
  const rows = Array.from({ length: data.length / size }, (_, row) => data.subarray(row * size, (row + 1) * size));
  return rows.map((row) => row.indexOf(Math.max(...row)));
}
