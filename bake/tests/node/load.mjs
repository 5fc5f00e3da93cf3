// Loads a model through the engine's bare door (src/abi.rs), without making a JavaScript value.

import { instantiate } from "./instance.mjs";

const SURVIVES = 1;
const ALIVE = 2;
const PAGE = 65536;
const RESERVE = 256 << 20;
const MOST_RUNS = 4;

/**
 * An instance with the model in it, and the memory that the snapshot takes.
 *
 * The load runs at least twice, each time in a fresh instance: the first run finds out which allocations survive it, the
 * next ones put those together.
 *
 * @param {import("./bake.mjs").Job} job
 * @param {Uint8Array<ArrayBuffer>} prepared
 * @returns {Promise<{exports: Record<string, any>, memory: Uint8Array}>}
 */
export async function load(job, prepared) {
  let survivors = new Uint8Array();
  for (let run = 0; run < MOST_RUNS; run++) {
    const { exports } = await instantiate(job.createEngine, prepared);
    const memory = exports["onnxlet:memory"];
    const records = exports.onnxlet_bake_begin(RESERVE) >>> 0;
    if (records === 0) throw new Error(`no memory for ${RESERVE} bytes of model`);
    new Uint8Array(memory.buffer).set(survivors, records);
    exports["onnxlet:start"]?.();
    exports["onnxlet:constructors"]?.();
    fill(exports, job);
    const count = exports.onnxlet_bake_end() >>> 0;
    const record = new Uint8Array(memory.buffer, records, count);
    if (run > 0 && record.every((bits) => (bits & ALIVE) === 0 || (bits & SURVIVES) !== 0)) {
      const end = Math.ceil((exports.onnxlet_bake_limit() >>> 0) / PAGE) * PAGE;
      return { exports, memory: new Uint8Array(memory.buffer, 0, end) };
    }
    survivors = record.map((bits) => ((bits & ALIVE) !== 0 ? SURVIVES : 0));
  }
  throw new Error(`the load made other allocations in each of ${MOST_RUNS} runs`);
}

/**
 * @param {Record<string, any>} exports
 * @param {import("./bake.mjs").Job} job
 */
function fill(exports, { model, card, warm }) {
  check(exports, exports.onnxlet_load(give(exports, model), model.length, give(exports, card), card.length));
  for (const request of warm) check(exports, exports.onnxlet_predict(give(exports, request), request.length));
  exports.onnxlet_forget();
}

/**
 * Copies bytes into the engine, which frees them.
 * @param {Record<string, any>} exports
 * @param {Uint8Array} bytes
 */
function give(exports, bytes) {
  const at = exports.onnxlet_alloc(bytes.length) >>> 0;
  new Uint8Array(exports["onnxlet:memory"].buffer).set(bytes, at);
  return at;
}

/**
 * @param {Record<string, any>} exports
 * @param {number} outcome
 */
function check(exports, outcome) {
  if (outcome === 0) return;
  const answer = new Uint8Array(
    exports["onnxlet:memory"].buffer,
    exports.onnxlet_answer() >>> 0,
    exports.onnxlet_answer_length() >>> 0,
  );
  throw new Error(`the engine refused: ${new TextDecoder().decode(answer)}`);
}
