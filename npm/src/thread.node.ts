import { parentPort } from "node:worker_threads";
import * as scripts from "./engines.js";
import type { Request } from "./runtime/thread.js";
import { serve } from "./runtime/thread-server.js";

// The script of the worker thread that `load({ offThread: true })` begins.
const port = parentPort;
if (!port) throw new Error("this script runs only as a worker thread");
serve(
  {
    reply: (reply, transfer) => port.postMessage(reply, transfer),
    listen: (onRequest) => void port.on("message", (request: Request) => onRequest(request)),
  },
  scripts,
);
