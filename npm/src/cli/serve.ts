import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Description } from "../assemble/card.js";
import type { ServeArguments } from "./arguments.js";
import { refusal } from "./build.js";
import { readCard } from "./card-file.js";
import { readExamples } from "./examples-files.js";
import { Failure } from "./failure.js";
import { readModel } from "./model-file.js";
import { Progress } from "./progress.js";
import { workerSizes } from "./summary.js";
import { bakeWorkerBuild } from "./worker/bake.js";
import { writeWorker } from "./worker/folder.js";
import { curl } from "./worker/readme.js";
import { startWrangler, type Wrangler } from "./worker/wrangler.js";

/** How long a Worker may take to answer, npx's fetching of wrangler included. */
const START_LIMIT = 300_000;

/** Bakes the Worker of a model and serves it in workerd, until it is stopped. */
export async function serve(asked: ServeArguments): Promise<void> {
  const { bytes, onnx } = await readModel(asked.model);
  const inside = onnx.metadata["onnxlet.card"];
  const card = await readCard({ path: asked.card, name: asked.name, model: asked.model, inside, shapes: asked.shapes });
  const examples = await readExamples(asked.examples);
  // Before the bake, so that a taken port is told at once.
  await checkPort(asked.port);
  const baking = { model: bytes, card, examples, trim: asked.trim };
  const baked = await bakeWorkerBuild(baking, new Progress()).catch((error: unknown) => {
    throw refusal(error, asked);
  });
  const folder = await mkdtemp(join(tmpdir(), "onnxlet-serve-"));
  try {
    const files = await writeWorker(folder, baked);
    console.log(`\n${await workerSizes(folder, files)}\n`);
    await serveFolder(folder, asked.port, baked.description as Description);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function serveFolder(folder: string, port: number, description: Description): Promise<void> {
  const wrangler = startWrangler(folder, port);
  const stop = () => wrangler.stop();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const base = `http://127.0.0.1:${port}`;
  if (await untilReady(wrangler, base)) {
    console.log(`\n  Page and API:  ${base}/\n  ${curl(description, base)}\n  Ctrl-C stops them.\n`);
  }
  const { how, stopped } = await wrangler.ended;
  if (!stopped) throw new Failure(`serve: ${how}.\n${wrangler.remedy}`);
}

/** True once the Worker can predict; false where wrangler ended before. */
async function untilReady(wrangler: Wrangler, base: string): Promise<boolean> {
  const ended = wrangler.ended.then(() => true);
  for (const begun = performance.now(); performance.now() - begun < START_LIMIT; ) {
    const ready = await fetch(`${base}/readyz`).then(({ ok }) => ok, () => false);
    if (ready) return true;
    if (await Promise.race([ended, sleep(100, false)])) return false;
  }
  wrangler.stop();
  throw new Failure(`serve: the Worker did not answer GET /readyz within ${START_LIMIT / 1000} s`);
}

function checkPort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", (error) => reject(new Failure(`--port: ${port} can't be listened on (${error.message}); give another`)));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
  });
}
