import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { sample } from "./paths.mjs";
import { serveWorker } from "./workerd.mjs";

/** A Worker that reads posted pictures, and says of everything else what a Worker can't do. */
export const WORKER = `
import { load } from "onnxlet-digits";

const model = await load();

async function problemOf(call) {
  try {
    await call();
    return "no error";
  } catch ({ code, message }) {
    return { code, message };
  }
}

export default {
  async fetch(request) {
    if (request.method === "POST") return Response.json(await model.predict(new Response(request.body)));
    return Response.json({
      description: model.describe(),
      misfit: await problemOf(() => model.predict([1, 2, 3])),
      offThread: await problemOf(() => load({ offThread: true })),
      baseline: await problemOf(() => load({ simd: "baseline" })),
      bytes: await problemOf(() => load({ wasm: new Uint8Array(8) })),
    });
  },
};
`;

/**
 * Runs the built Worker in workerd, and checks what it answers.
 * @param {string} folder of the built modules
 */
export async function checkWorker(folder) {
  const origin = await serveWorker(folder);
  for (let digit = 0; digit < 10; digit += 1) {
    const response = await fetch(origin, { method: "POST", body: await readFile(sample(digit)) });
    const { top } = /** @type {any} */ (await response.json());
    assert.equal(top[0].label, String(digit));
  }
  const { description, ...problems } = /** @type {any} */ (await (await fetch(origin)).json());
  assert.equal(description.engine.simd, "relaxed");
  assert.equal(problems.misfit.code, "invalid");
  assert.match(problems.offThread.message, /^offThread: .*no threads/);
  assert.match(problems.baseline.message, /^simd: .*"relaxed" in a Worker/);
  assert.match(problems.bytes.message, /^wasm: .*compile no bytes/);
}
