// Run by measure.ts in a fresh process: starts a Worker, sends a request, and prints how long that took.
import { readFile } from "node:fs/promises";
import { deserialize } from "node:v8";
import type { HttpCall } from "../../bake/worker/http-call.js";
import type { Timing } from "../measure.js";
import type { service } from "./service.js";

const [src = "", sample = ""] = process.argv.slice(2);
const { method, url, headers, body } = deserialize(await readFile(sample)) as HttpCall & { body: BodyInit };
const read = (name: string) => readFile(new URL(name, src)).catch(() => undefined);
const [lean, full] = await Promise.all([read("lean.wasm"), read("full.wasm")]);
const glue = (await import(new URL("engine.js", src).href)) as { createEngineSync: Parameters<typeof service>[0]["create"] };
const shim = (await import(new URL("service.js", src).href)) as { service: typeof service };
console.log = () => {}; // The Worker's log.
const send = async () => {
  // Each is predicted, not remembered.
  const headersOf = [...headers, ["cache-control", "no-store"] as const].map(([name, value]): [string, string] => [name, value]);
  const response = await worker.fetch(new Request(url, { method, headers: headersOf, body }), {}, { waitUntil() {} });
  await response.arrayBuffer();
};

// Node reads its own parts of this when they are first used; Workers have them.
await new Response(new Request(url, { method, headers: [["a", "b"]], body }).body).arrayBuffer();

const begun = performance.now();
const first = new WebAssembly.Module((lean ?? full) as Buffer<ArrayBuffer>);
const worker = shim.service({ create: glue.createEngineSync, first, full: undefined });
await send();
const cold = performance.now() - begun;

const predict: number[] = [];
for (let run = 0; run < 200 && performance.now() - begun < 1500; run += 1) {
  const from = performance.now();
  await send();
  predict.push(performance.now() - from);
}
// The first ones run before the code is optimised.
process.stdout.write(JSON.stringify({ cold, predict: predict.slice(predict.length >> 1) } satisfies Timing));
