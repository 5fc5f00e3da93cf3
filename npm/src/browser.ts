import { addresses, decoder } from "./addresses.js";
import * as scripts from "./engines.js";
import { compileResponse } from "./runtime/compile.js";
import { describeThrown, OnnxletError } from "./runtime/errors.js";
import { type Host, loader } from "./runtime/load.js";
import type { Reply, ThreadHandle } from "./runtime/thread.js";

export { OnnxletError } from "./runtime/errors.js";

const host: Host = {
  scripts,
  addresses,
  decoder,
  async compile(address, download, signal) {
    return compileResponse(await fetched(address, signal), download);
  },
  beginThread() {
    try {
      // Bundlers find the script by this literal form.
      return threadHandle(new Worker(new URL("./thread.browser.js", import.meta.url), { type: "module" }));
    } catch (cause) {
      const message = "offThread: the Web Worker could not be begun (is the package of another origin?)";
      throw new OnnxletError("load", `${message}: ${describeThrown(cause)}`, { cause });
    }
  },
};

/** Loads the model. */
export const load = loader(host);

async function fetched(address: URL | string, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(address, signal ? { signal } : {});
  } catch (cause) {
    signal?.throwIfAborted();
    throw new OnnxletError("load", `${address}: could not be fetched: ${describeThrown(cause)}`, { cause });
  }
}

function threadHandle(worker: Worker): ThreadHandle {
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen(onReply, onDeath) {
      worker.onmessage = ({ data }: MessageEvent<Reply>) => onReply(data);
      worker.onerror = (event) => onDeath(event.message || "its script could not be loaded");
      worker.onmessageerror = () => onDeath("its answer could not be read");
    },
    terminate: () => worker.terminate(),
  };
}
