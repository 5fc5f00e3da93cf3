// Pictures in many encodings become the tensors that Pillow makes of them, inside wasm.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { engine } from "../setup/engine.mjs";
import { identity } from "../setup/onnx.mjs";
import { REFERENCE } from "../setup/paths.mjs";
import { largestDifference, readFloats } from "../setup/reference.mjs";

/**
 * @typedef {{ width: number, height: number, color: "gray" | "rgb" | "bgr" }} ImageCard
 * @typedef {{ file: string, image: ImageCard, tensor: string, tolerance: number }} Case
 */

/** @type {Case[]} */
const cases = JSON.parse(await readFile(join(REFERENCE, "resize", "manifest.json"), "utf8"));
assert.ok(cases.length > 0, "the manifest lists no picture");

for (const simd of /** @type {const} */ (["relaxed", "baseline"])) {
  describe(simd, () => {
    /** @type {() => any} */
    let create;
    before(async () => {
      create = await engine(simd);
    });

    for (const { file, image, tensor, tolerance } of cases) {
      test(`${file} as ${JSON.stringify(image)}`, async () => {
        const shape = [1, image.color === "gray" ? 1 : 3, image.height, image.width];
        const instance = create();
        instance.load(identity("picture", shape), JSON.stringify({ name: "pictures", inputs: { picture: { image } } }));
        const { same } = instance.predict(await readFile(join(REFERENCE, "resize", file)), {}).outputs;
        assert.deepEqual([...same.shape], shape);
        const levels = largestDifference(same.data, await readFloats(`resize/${tensor}`)) * 255;
        assert.ok(levels <= tolerance, `${levels} levels of 255, expected at most ${tolerance}`);
      });
    }
  });
}
