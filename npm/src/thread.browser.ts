import * as scripts from "./engines.js";
import type { Request } from "./runtime/thread.js";
import { serve } from "./runtime/thread-server.js";

// The script of the Web Worker that `load({ offThread: true })` begins.
serve(
  {
    reply: (reply, transfer) => self.postMessage(reply, { transfer }),
    listen(onRequest) {
      self.onmessage = ({ data }: MessageEvent<Request>) => onRequest(data);
    },
  },
  scripts,
);
