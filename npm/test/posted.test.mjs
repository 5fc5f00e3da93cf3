// Answers on their way between threads: what is opened is what the engine gave, whatever has a form that is faster to post.
import assert from "node:assert/strict";
import { test } from "node:test";
import { opened, posted } from "../dist/runtime/posted.js";

const description = {
  outputs: [
    { name: "box", dtype: "float32", shape: ["N", 4] },
    { name: "kind", dtype: "float32", shape: ["N", 2], labels: ["cat", "dog"] },
    { name: "mood", dtype: "float64", shape: ["N", 3], labels: ["glad", "sad", "cat"] },
  ],
};
const tensor = (dtype, shape, data) => ({ dtype, shape, data });
const outputs = () => ({
  box: tensor("float32", [2, 4], Float32Array.from({ length: 8 }, Math.sqrt)),
  kind: tensor("float32", [2, 2], Float32Array.of(0.1, 0.9, 0.7, 0.3)),
  text: tensor("string", [2], ["a", "b"]),
  id: tensor("int64", [2], BigInt64Array.of(1n, -1n)),
});
const ranked = (label, index, score) => ({ label, index, score });

/** As on the other side, and whether its rankings went as numbers. */
function crossed(answer) {
  const sent = posted(answer, description);
  return { answer: opened(structuredClone(sent), description), asNumbers: sent.rankings !== undefined };
}

/** Of two examples, each by itself as the engine makes them. */
function answered(list) {
  return { outputs: outputs(), top: list(0), tops: [list(0), list(1)] };
}

test("rankings cross as numbers, to the last bit, whichever output has their labels", () => {
  const scores = [Math.fround(0.1), 0.1, 5e-324, -0, NaN, Infinity];
  for (const score of scores) {
    for (const [first, second] of [[ranked("dog", 1, score), ranked("cat", 0, 0.5)], [ranked("cat", 2, score), ranked("glad", 0, 0.5)]]) {
      const answer = answered((example) => (example === 0 ? [first, second] : [second, first]).map((entry) => ({ ...entry })));
      const after = crossed(answer);
      assert.ok(after.asNumbers);
      assert.deepEqual(after.answer, answer);
      assert.deepEqual(Object.keys(after.answer), Object.keys(answer));
      assert.equal(JSON.stringify(after.answer.tops), JSON.stringify(answer.tops));
      assert.ok(Object.is(after.answer.tops[1][1].score, score));
    }
  }
});

test("each ranking is an object of its own, as the engine's are", () => {
  const { answer } = crossed(answered(() => [ranked("cat", 0, 1)]));
  answer.top[0].label = "changed";
  assert.deepEqual(answer.tops, [[ranked("cat", 0, 1)], [ranked("cat", 0, 1)]]);
});

test("one example, and none", () => {
  const list = [ranked("sad", 1, 2)];
  for (const answer of [{ outputs: outputs(), top: list, tops: [list] }, { outputs: {}, top: [], tops: [] }]) {
    assert.deepEqual(crossed(answer).answer, answer);
  }
});

test("an answer without rankings stays as it is, with what else it may hold", () => {
  const answer = { outputs: outputs(), other: { topK: 3 } };
  assert.equal(posted(answer, description), answer);
  assert.deepEqual(crossed(answer).answer, answer);
  const more = { ...answered(() => [ranked("cat", 0, 1)]), other: [1] };
  assert.deepEqual(crossed(more), { answer: more, asNumbers: true });
});

test("rankings that the description doesn't know go as they are", () => {
  const known = ranked("cat", 0, 1);
  const others = {
    "another label": (example) => [example === 0 ? known : ranked("cow", 0, 1)],
    "another label first": () => [ranked("cow", 0, 1)],
    "another label's index": () => [ranked("dog", 0, 1)],
    "no such index": () => [ranked("cat", 3, 1)],
    "labels of two outputs": (example) => [example === 0 ? ranked("dog", 1, 1) : ranked("glad", 0, 1)],
    "lists of several lengths": (example) => (example === 0 ? [known] : [known, ranked("dog", 1, 0)]),
    "empty lists": () => [],
  };
  for (const [what, list] of Object.entries(others)) {
    const answer = answered(list);
    assert.deepEqual(crossed(answer), { answer, asNumbers: false }, what);
  }
  const answer = answered(() => [known]);
  assert.equal(posted(answer, { outputs: [{ name: "kind", dtype: "float32", shape: [2] }] }), answer);
});
