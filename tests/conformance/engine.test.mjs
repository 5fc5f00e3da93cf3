// The whole way of a case, through the real engine: what is right passes, and each way of being wrong is noticed.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { DTYPES, identity } from "../setup/onnx.mjs";
import { TARGET } from "../setup/paths.mjs";
import { runAll } from "./pool.mjs";

/**
 * Every dtype, with what its card must let in: three elements each.
 * @type {Record<import("../setup/onnx.mjs").Dtype, any>}
 */
const ELEMENTS = {
  float32: new Float32Array([NaN, -Infinity, 3e38]), float64: new Float64Array([NaN, Infinity, 1e308]),
  // NaN, −∞, the smallest subnormal.
  float16: new Uint16Array([0x7e00, 0xfc00, 0x0001]),
  bool: new Uint8Array([1, 0, 1]), int8: new Int8Array([-128, 0, 127]), int16: new Int16Array([-32768, 0, 32767]),
  int32: new Int32Array([-(2 ** 31), 0, 7]), int64: new BigInt64Array([-(2n ** 63n), 0n, 2n ** 63n - 1n]),
  uint8: new Uint8Array([0, 7, 255]), uint16: new Uint16Array([0, 7, 65535]), uint32: new Uint32Array([0, 7, 2 ** 32 - 1]),
  uint64: new BigUint64Array([0n, 7n, 2n ** 64n - 1n]), string: ["a", "", "ü€𝄞"],
};

describe("a case of Identity", () => {
  /** @type {string} */
  let folder;
  /** @type {import("./pool.mjs").Contestant} */
  let contestant;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "onnxlet-conformance-"));
    const built = join(TARGET, "wasm/engine/baseline");
    const module = await WebAssembly.compile(await readFile(join(built, "engine_bg.wasm")));
    const adapter = new URL("engines/onnxlet.mjs", import.meta.url).href;
    contestant = { adapter, setting: { glue: join(built, "engine.js"), module }, passes: 100, survivesFailure: true };
  });
  after(() => rm(folder, { recursive: true }));

  /**
   * The outcome of a case whose output should be `want`, or else its input.
   * @param {import("../setup/onnx.mjs").Dtype} dtype
   * @param {any} data
   * @param {{ want?: any, shape?: number[], onnx?: Uint8Array, claims?: string }} [changes]
   */
  async function outcome(dtype, data, { want = data, shape = [3], onnx = identity("x", ["N"], dtype), claims = dtype } = {}) {
    await writeFile(join(folder, "model.onnx"), onnx);
    const stored = async (/** @type {string} */ name, /** @type {any} */ elements) => {
      if (Array.isArray(elements)) return { texts: elements };
      await writeFile(join(folder, `${name}.bin`), elements);
      return { file: `${name}.bin` };
    };
    const set = {
      inputs: [{ name: "x", dtype, shape: [3], ...(await stored("x", data)) }],
      outputs: [{ name: "same", dtype: claims, shape, ...(await stored("same", want)) }],
    };
    const chosen = { name: "test_identity", suite: "node", domain: "", operator: "Identity", opset: 17, model: "model.onnx", sets: [set] };
    /** @type {import("./worker.mjs").Outcome | undefined} */
    let told;
    await runAll(contestant, folder, [chosen], 1, (_, outcome) => (told = outcome));
    return told;
  }

  for (const dtype of /** @type {import("../setup/onnx.mjs").Dtype[]} */ (Object.keys(DTYPES))) {
    test(`passes in ${dtype}, and is wrong where another element is expected`, async () => {
      const data = ELEMENTS[dtype];
      assert.deepEqual(await outcome(dtype, data), { status: "pass" });
      const want = data.slice();
      want[1] = data[2];
      assert.match(String((await outcome(dtype, data, { want }))?.reason), /^same: 1 of 3 wrong, at 1: expected /);
    });
  }

  test("is wrong where another shape or dtype is expected", async () => {
    const data = ELEMENTS.int32;
    assert.deepEqual(await outcome("int32", data, { shape: [1, 3] }), {
      status: "wrong",
      reason: "same: expected the shape [1,3], got [3]",
    });
    assert.deepEqual(await outcome("int32", data, { claims: "uint32" }), {
      status: "wrong",
      reason: "same: expected uint32, got int32",
    });
  });

  test("is refused where the model or an input is", async () => {
    const data = ELEMENTS.float32;
    const garbage = await outcome("float32", data, { onnx: new Uint8Array([1, 2, 3]) });
    assert.equal(garbage?.status, "refused");
    assert.match(String(garbage?.reason), /not a whole ONNX model/);
    const other = await outcome("float32", data, { onnx: identity("x", [2], "float32") });
    assert.deepEqual(other, { status: "refused", reason: "x: expected f32[2], got shape [3]" });
  });
});
