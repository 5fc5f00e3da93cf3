// What the bench's numbers rest on: comparing outputs, statistics, tensors as bytes, the command line.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { difference } from "../compare.mjs";
import { decode, encode } from "../harness/tensors.mjs";
import { watchMemories } from "../harness/memories.mjs";
import { sized } from "../harness/sizes.mjs";
import { parseOptions } from "../options.mjs";
import { times } from "../statistics.mjs";
import { milliseconds, RATIO_HEAD, ratios, size } from "../table.mjs";

/** @param {number[]} values */
const floats = (...values) => ({ y: { dtype: "float32", shape: [values.length], data: Float32Array.from(values) } });

describe("outputs are compared", () => {
  test("the same, and what differs by less than the tolerance, is no difference", () => {
    assert.equal(difference(floats(0, -0, 1000), [floats(0, 0, 1000.9)]), undefined);
    assert.equal(difference(floats(0.000009), [floats(0)]), undefined);
    assert.equal(difference(floats(Number.NaN, Infinity), [floats(Number.NaN, Infinity)]), undefined);
  });

  test("the element that differs most is named", () => {
    assert.equal(difference(floats(1, 2.01, 4), [floats(1, 2, 3)]), "y: element 2 is 4, expected 3");
    assert.equal(difference(floats(0.00002), [floats(0)]), "y: element 0 is 0.000019999999494757503, expected 0");
    assert.match(difference(floats(Number.NaN), [floats(1)]) ?? "", /element 0 is NaN/);
    assert.match(difference(floats(1), [floats(Number.NaN)]) ?? "", /expected NaN/);
    assert.match(difference(floats(5, Number.NaN), [floats(1, 1)]) ?? "", /element 1 is NaN/);
  });

  test("what lies between two references is right, what lies beyond either is not", () => {
    assert.equal(difference(floats(1.5, 2, 0.9995, 3), [floats(1, 2, 1, 3), floats(2, 2, 1.5, Number.NaN)]), undefined);
    assert.equal(difference(floats(2.1), [floats(1), floats(2)]), "y: element 0 is 2.0999999046325684, expected 1 to 2");
    assert.match(difference(floats(Number.NaN), [floats(1), floats(2)]) ?? "", /element 0 is NaN/);
  });

  test("a missing output and another shape are told", () => {
    assert.equal(difference({}, [floats(1)]), "it has no output y, but ");
    assert.equal(difference(floats(1, 2), [floats(1)]), "y has shape [2], expected [1]");
  });

  test("whole numbers may have another dtype", () => {
    const long = { y: { dtype: "int64", shape: [1], data: BigInt64Array.of(7n) } };
    assert.equal(difference({ y: { dtype: "int32", shape: [1], data: Int32Array.of(7) } }, [long]), undefined);
    assert.match(difference({ y: { dtype: "int32", shape: [1], data: Int32Array.of(6) } }, [long]) ?? "", /is 6, expected 7/);
  });
});

test("minimum and median of an odd and an even number of times", () => {
  assert.deepEqual(times([3, 1, 2]), { min: 1, median: 2 });
  assert.deepEqual(times([4, 1, 2, 3]), { min: 1, median: 2.5 });
  assert.throws(() => times([]), /no values/);
});

test("tensors survive being written, whatever the alignment", () => {
  const tensors = {
    a: { dtype: "uint8", shape: [3], data: Uint8Array.of(1, 2, 3) },
    b: { dtype: "float32", shape: [1, 2], data: Float32Array.of(0.5, Number.NaN) },
    c: { dtype: "int64", shape: [], data: BigInt64Array.of(-5n) },
  };
  assert.deepEqual(decode(Buffer.from(encode(tensors))), tensors);
});

test("memories are counted, made or exported, streamed or not", async () => {
  const watch = watchMemories();
  // (module (memory (export "m") 2))
  const module = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 0, 2, 7, 5, 1, 1, 109, 2, 0);
  await WebAssembly.instantiate(module);
  assert.equal(watch.bytes(), 2 * 65_536);
  const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(module));
  /** @type {WebAssembly.Memory} */ (exports["m"]).grow(1);
  assert.equal(watch.bytes(), 5 * 65_536);
  assert.equal(new WebAssembly.Memory({ initial: 1 }).buffer.byteLength, 65_536);
  new WebAssembly.Instance(new WebAssembly.Module(module));
  assert.equal(watch.bytes(), 8 * 65_536);
});

test("the command line's mistakes are named", () => {
  assert.deepEqual(parseOptions(["--engines", "rten,tract-plain"]).engines, ["tract-plain", "rten"]);
  assert.throws(() => parseOptions(["--engines", "onnx"]), /--engines onnx: expected some of onnxlet-relaxed/);
  assert.throws(() => parseOptions(["--rounds", "0"]), /--rounds 0: expected a whole number/);
  assert.throws(() => parseOptions(["--quick", "--publish"]), /too little/);
});

test("sizes and times have three digits", () => {
  assert.deepEqual([999, 44_568, 999_600, 14_239_897, 1e9].map(size), ["0.999 KB", "44.6 KB", "1.00 MB", "14.2 MB", "1000 MB"]);
  assert.deepEqual([0.0219, 1.234, 12.34, 123.4].map(milliseconds), ["0.022", "1.23", "12.3", "123"]);
});

test("shares are of the same model in the same host", () => {
  /**
   * @param {import("../types.js").EngineName} engine
   * @param {import("../types.js").HostName} host
   * @param {number} value
   * @returns {import("../types.js").Row}
   */
  const row = (engine, host, value) => {
    const times = { min: 0, median: value };
    const bytes = { raw: 0, gzip: value, brotli: 0 };
    return { model: "m", engine, host, bytes, cold_ms: times, predict_ms: times, memory_bytes: 0 };
  };
  const rows = [row("onnxlet-relaxed", "node", 1), row("rten", "chromium", 2), row("rten", "node", 4)];
  assert.deepEqual(ratios(rows), [["m", "node", "–", "0.25", "–", "0.25", "–", "0.25"]]);
  assert.equal(RATIO_HEAD.length, 8);
});

test("inputs in other sizes keep what is fixed, and give a symbol one size everywhere", () => {
  const inputs = {
    x: { dtype: "float32", shape: [1, 2], data: Float32Array.of(1, 2) },
    n: { dtype: "int64", shape: [1, 4], data: BigInt64Array.of(5n, 6n, 7n, 8n) },
  };
  const others = sized(inputs, [{ name: "x", shape: ["N", 2] }, { name: "n", shape: ["N", "L"] }]);
  assert.equal(others[0], inputs);
  assert.equal(others.length, 8);
  for (const { x, n } of others.slice(1)) {
    assert.equal(x?.shape[1], 2);
    assert.equal(n?.shape[0], x?.shape[0]);
    assert.equal(n?.data.length, Number(n?.shape[0]) * Number(n?.shape[1]));
    assert.deepEqual([...(x?.data ?? [])].slice(0, 2), [1, 2]);
    assert.equal(n?.data.at(-1), [5n, 6n, 7n, 8n][((n?.data.length ?? 1) - 1) % 4]);
  }
  assert.deepEqual(sized(inputs, [{ name: "x", shape: [1, 2] }]), [inputs]);
});
