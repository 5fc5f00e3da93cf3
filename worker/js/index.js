// The Worker's entry: reads the body, calls the wasm, replaces an instance that trapped.
import module from "./worker_bg.wasm";
import {
  __wbg_reset_state,
  answer,
  answerBroken,
  answerCrash,
  answerTooLarge,
  bodyLimit,
  initSync,
  lastPanic,
  warmUp,
} from "./worker.js";
import { readAtMost } from "./body.js";

/** @typedef {import("./worker.js").Env} Env */

initSync({ module });
try {
  warmUp();
} catch (trap) {
  // Not fatal here: the Worker must start for /healthz and /readyz to tell what is wrong.
  console.error(replaceInstance(trap));
}

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   * @returns {Promise<Response>}
   */
  async fetch(request, env) {
    const limit = guarded(request, env, () => bodyLimit(request, env));
    if (limit instanceof Response) return limit;
    // While this waits, another request may trap and the instance be replaced: nothing of this one is in it.
    const respond = await receive(request, env, limit);
    return guarded(request, env, respond);
  },
};

/**
 * Reads the body and says how to answer.
 * @param {Request} request
 * @param {Env} env
 * @param {number} limit in bytes
 * @returns {Promise<() => Response>}
 */
async function receive(request, env, limit) {
  if (limit === 0 || request.body === null) return () => answer(request, env, new Uint8Array());
  try {
    const body = await readAtMost(request.body, limit);
    return body ? () => answer(request, env, body) : () => answerTooLarge(request, env);
  } catch {
    return () => answerBroken(request, env);
  }
}

/**
 * Calls into the wasm. A trap is answered with 500 and costs a new instance, not the Worker.
 * @template T
 * @param {Request} request
 * @param {Env} env
 * @param {() => T} call
 * @returns {T | Response}
 */
function guarded(request, env, call) {
  try {
    return call();
  } catch (trap) {
    return answerCrash(request, env, replaceInstance(trap));
  }
}

/**
 * Drops the instance and makes another.
 * @param {unknown} trap what the instance threw
 * @returns {string} why: the panic's message, or the trap's where there was no panic (a stack overflow, for one)
 */
function replaceInstance(trap) {
  const message = lastPanic() ?? String(trap);
  __wbg_reset_state();
  return message;
}
