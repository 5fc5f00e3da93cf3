// How the answers to parts become one, and into how many parts a batch is worth cutting.
import assert from "node:assert/strict";
import { test } from "node:test";
import { joined } from "../dist/runtime/join.js";
import { Pace } from "../dist/runtime/pace.js";

const tensor = (dtype, shape, data) => ({ dtype, shape, data });

test("outputs of every kind and rankings lie one behind the other", () => {
  const part = (from, count) => {
    const at = Array.from({ length: count }, (_, index) => from + index);
    const tops = at.map((index) => [{ label: "a", index, score: 1 }]);
    const outputs = {
      y: tensor("float32", [count, 2], Float32Array.from(at.flatMap((index) => [index, -index]))),
      n: tensor("int64", [count], BigInt64Array.from(at, BigInt)),
      t: tensor("string", [count, 1], at.map(String)),
    };
    return { outputs, top: tops[0], tops };
  };
  assert.deepEqual(joined([part(0, 2), part(2, 1), part(3, 2)], [2, 1, 2]), part(0, 5));
  const { outputs } = part(0, 2);
  assert.deepEqual(joined([{ outputs }], [2]), { outputs });
  assert.deepEqual(joined([{ outputs }, { outputs }], [2, 2]).tops, undefined);
});

test("parts that don't fit together are not joined", () => {
  const y = (...shape) => ({ outputs: { y: tensor("float32", shape, new Float32Array(shape.reduce((all, size) => all * size, 1))) } });
  assert.equal(joined([y(1, 2), y(1, 3)], [1, 1]), undefined);
  assert.equal(joined([y(1, 2), y(1)], [1, 1]), undefined);
  assert.equal(joined([y(1, 2), y(1, 2)], [1, 2]), undefined);
  assert.equal(joined([y(), y()], [1, 1]), undefined);
  assert.equal(joined([y(1), { outputs: {} }], [1, 1]), undefined);
  assert.equal(joined([], []), undefined);
});

test("a batch is cut where its parts take longer than their way", () => {
  const pace = new Pace();
  assert.deepEqual([pace.parts(64, 2), pace.parts(3, 8), pace.parts(1, 2)], [2, 3, 1], "nothing is known yet");
  pace.note(64, 6.4);
  assert.deepEqual([64, 40, 39, 20, 19, 2].map((examples) => pace.parts(examples, 4)), [4, 4, 3, 2, 1, 1]);
  for (let call = 0; call < 20; call += 1) pace.note(64, 0.064);
  assert.deepEqual([pace.parts(64, 4), pace.parts(5000, 4)], [1, 4]);
});
