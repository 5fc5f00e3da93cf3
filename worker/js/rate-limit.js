// The rate limit, where Cloudflare's binding for it is bound.

/** @typedef {import("./engine.js").Env} Env */

/**
 * Whether the rate limit lets a request pass.
 * @param {Env} env
 * @param {() => string} sender whom the limit counts; asked for only where there is a limit
 * @returns {Promise<boolean>}
 */
export async function mayPass(env, sender) {
  const limiter = /** @type {{ limit?(options: { key: string }): Promise<{ success: boolean }> } | undefined} */ (
    env.ONNXLET_RATE_LIMIT
  );
  // What is bound but is no rate limit is among the settings that make no sense, with which no body is read.
  if (!limiter?.limit) return true;
  const key = sender();
  try {
    return (await limiter.limit({ key })).success;
  } catch (error) {
    // Better no limit than no service; but it is told, each time.
    console.log(JSON.stringify({ level: "error", message: "rate limit not asked", error: String(error) }));
    return true;
  }
}
