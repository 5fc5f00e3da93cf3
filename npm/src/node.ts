import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { addresses, decoder } from "./addresses.js";
import * as scripts from "./engines.js";
import { compileBytes, compileResponse, type Download } from "./runtime/compile.js";
import { describeThrown, OnnxletError } from "./runtime/errors.js";
import { type Host, loader } from "./runtime/load.js";
import type { Reply, ThreadHandle } from "./runtime/thread.js";

export { OnnxletError } from "./runtime/errors.js";

const host: Host = {
  scripts,
  addresses,
  decoder,
  async compile(address, download, signal) {
    const url = urlOf(address);
    if (url.protocol === "file:") return compileFile(url, download, signal);
    return compileResponse(await fetch(url, signal ? { signal } : {}), download);
  },
  beginThread() {
    // Options of this process, such as `--input-type`, are not for the thread.
    return threadHandle(new Worker(new URL("./thread.node.js", import.meta.url), { execArgv: [] }));
  },
};

/** Loads the model. */
export const load = loader(host);

/** A string without a scheme is a path; `C:` is no scheme. */
function urlOf(address: URL | string): URL {
  if (typeof address !== "string") return address;
  return isAbsolute(address) || !URL.canParse(address) ? pathToFileURL(address) : new URL(address);
}

async function compileFile(
  url: URL,
  { onProgress }: Download,
  signal: AbortSignal | undefined,
): Promise<WebAssembly.Module> {
  const path = fileURLToPath(url);
  const file = await readFile(path, { signal }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    const hint = "where a bundler moved it, say its place with load({ wasm })";
    throw new OnnxletError("load", `${path}: could not be read (${hint}): ${describeThrown(cause)}`, { cause });
  });
  onProgress?.({ loaded: file.byteLength, total: file.byteLength });
  return compileBytes(file, path);
}

/** A thread that waits for work must not keep the process alive; one that works must. */
function threadHandle(worker: Worker): ThreadHandle {
  return {
    post(request, transfer) {
      worker.postMessage(request, transfer);
      worker.ref();
    },
    listen(onReply, onDeath) {
      worker.on("message", (reply: Reply) => {
        worker.unref();
        onReply(reply);
      });
      worker.on("error", (error) => onDeath(describeThrown(error)));
      worker.on("exit", (code) => onDeath(`exit code ${code}`));
    },
    terminate: () => void worker.terminate(),
  };
}
