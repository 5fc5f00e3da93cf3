// A request's way: what its head says, its body, the answer. Apart from the entry, so that it runs outside of Workers too.
import { readAtMost } from "./body.js";
import { fetchKept, sendKept } from "./edge.js";
import { mayPass } from "./rate-limit.js";
import { Running } from "./running.js";

/** @typedef {import("./engine.js").Engine} Engine */
/** @typedef {import("./engine.js").Env} Env */

/**
 * The Worker around its modules.
 * @param {import("./running.js").Modules} modules
 */
export function service(modules) {
  const running = new Running(modules);
  let inFlight = 0;

  /**
   * @param {Request} request
   * @param {Env} env
   * @param {{ waitUntil(promise: Promise<unknown>): void }} context
   * @returns {Promise<Response>}
   */
  async function respond(request, env, context) {
    /** @param {Engine} engine @param {string} why */
    const crashed = (engine, why) => engine.answerCrash(request, env, why);
    const limit = running.call((engine) => engine.bodyLimit(request, env), crashed);
    if (limit instanceof Response) return limit;
    // A body is worth reading: a prediction. Whoever asks too often isn't read.
    if (limit > 0 && !(await mayPass(env, () => running.call((engine) => engine.sender(request, env))))) {
      return running.call((engine) => engine.answerRateLimited(request, env), crashed);
    }
    // While this waits, another request may trap and the instance be replaced: nothing of this one is in it.
    const { body, answer } = await receive(request, env, limit);
    const missing = body && (await fetchKept(running, request, env, body));
    const response = running.call((engine) => {
      engine.noteInFlight(inFlight);
      return answer(engine);
    }, crashed);
    if (missing) sendKept(running, env, context, missing);
    return response;
  }

  return {
    /**
     * @param {Request} request
     * @param {Env} env
     * @param {{ waitUntil(promise: Promise<unknown>): void }} context
     * @returns {Promise<Response>}
     */
    fetch(request, env, context) {
      inFlight += 1;
      const response = respond(request, env, context).finally(() => (inFlight -= 1));
      // Where the sender goes away, its request still comes to an end: it is counted and logged as a broken one.
      context.waitUntil(response.catch(() => {}));
      return response;
    },
  };
}

/**
 * Reads the body and says how to answer.
 * @param {Request} request
 * @param {Env} env
 * @param {number} limit in bytes
 * @returns {Promise<{ body?: Uint8Array, answer: (engine: Engine) => Response }>} the body, where there is a whole one
 */
async function receive(request, env, limit) {
  if (limit === 0 || request.body === null) return { answer: (engine) => engine.answer(request, env, new Uint8Array()) };
  try {
    const body = await readAtMost(request.body, limit, announcedLength(request));
    if (!body) return { answer: (engine) => engine.answerTooLarge(request, env) };
    return { body, answer: (engine) => engine.answer(request, env, body) };
  } catch {
    return { answer: (engine) => engine.answerBroken(request, env) };
  }
}

/**
 * How many bytes the sender says that the body has; nothing where that isn't said, or is no number.
 * @param {Request} request
 * @returns {number | undefined}
 */
function announcedLength(request) {
  const text = request.headers.get("content-length") ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
