// The servers: how each is started, asked, and read.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { serve } from "../../tests/setup/workerd.mjs";
import { ROOT, TARGET, variable } from "../paths.mjs";
import { CLASSES, nested, PIXELS } from "./cells.mjs";

/** @typedef {import("../types.js").Asked} Asked */
/** @typedef {import("../types.js").LoadServer} LoadServer */
/** @typedef {import("../types.js").ServerName} ServerName */

const HERE = dirname(fileURLToPath(import.meta.url));
/**
 * Gunicorn's default workers, `sync`, close the connection after each answer; with these, it stays open, as Nginx would keep it.
 * More than two threads each make it slower.
 */
const GUNICORN = ["--workers", "2", "--worker-class", "gthread", "--threads", "2"];

/** What each server is, in the order of the tables. @type {Record<ServerName, string>} */
export const ABOUT = {
  flask: "Flask behind Gunicorn (2 workers, `gthread` with 2 threads each), onnxruntime with one thread a session",
  worker: "Onnxlet's Worker in workerd: one process, one isolate, one thread; answers aren't kept",
  "worker-two": "two of these, as Flask has two workers; the connections are shared out among them",
  "worker-cached": "one, answers kept (`ONNXLET_CACHE = \"memory\"`, the default): here every request is the same, so every answer a kept one",
};

/** @type {Record<ServerName, () => Promise<LoadServer>>} */
const START = {
  flask: startFlask,
  worker: () => startWorker({ name: "worker", cache: "off", processes: 1 }),
  "worker-two": () => startWorker({ name: "worker-two", cache: "off", processes: 2 }),
  "worker-cached": () => startWorker({ name: "worker-cached", cache: "memory", processes: 1 }),
};

/** @param {ServerName} name */
export function startServer(name) {
  return START[name]();
}

/** @returns {Promise<LoadServer>} */
async function startFlask() {
  const port = await freePort();
  const options = [...GUNICORN, "--bind", `127.0.0.1:${port}`, "--log-level", "warning", "--chdir", join(HERE, "flask")];
  const model = join(ROOT, "models/digits");
  const child = spawn(variable("ONNXLET_LOAD_PYTHON"), ["-m", "gunicorn", ...options, "app:app"], {
    env: { ...process.env, MODEL: join(model, "model.onnx"), CARD: join(model, "card.json"), PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const over = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill();
    await over;
  };
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`gunicorn ended with ${child.exitCode} before it served`);
    if (await answers(`${url}/healthz`)) return { name: "flask", pids: [child.pid ?? 0], stop, ask: askFlask(url) };
    await sleep(100);
  }
  await stop();
  throw new Error("gunicorn did not serve within a minute");
}

/**
 * workerd itself: `wrangler dev` would put a proxy before it.
 * @param {{ name: ServerName, cache: string, processes: number }} options
 * @returns {Promise<LoadServer>}
 */
async function startWorker({ name, cache, processes }) {
  const variables = { ONNXLET_CACHE: cache, ONNXLET_LOG_LEVEL: "warn" };
  const served = await Promise.all(Array.from({ length: processes }, () => serve(join(TARGET, "worker", "src"), variables)));
  const stop = async () => void (await Promise.all(served.map((one) => one.stop())));
  return { name, pids: served.map(({ pid }) => pid), stop, ask: askWorker(served.map(({ url }) => url)) };
}

/** @param {string} url @returns {LoadServer["ask"]} */
function askFlask(url) {
  return {
    json: (images) => json([`${url}/predict`], { image: nested(images) }),
    binary: (images) => ({
      urls: [`${url}/predict/raw`],
      headers: { "content-type": "application/octet-stream" },
      body: bytesOf(images),
      read: floats,
    }),
  };
}

/** @param {string[]} bases @returns {LoadServer["ask"]} */
function askWorker(bases) {
  return {
    json: (images) => json(bases.map((base) => `${base}/predict`), { image: nested(images) }),
    // The Open Inference Protocol's extension: JSON, then the elements; and back.
    binary: (images) => {
      const shape = [images.length / PIXELS, 1, 28, 28];
      const input = { name: "image", shape, datatype: "FP32", parameters: { binary_data_size: images.byteLength } };
      const head = Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }));
      return {
        urls: bases.map((base) => `${base}/v2/models/digits/infer`),
        headers: { "content-type": "application/octet-stream", "inference-header-content-length": `${head.length}` },
        body: Buffer.concat([head, bytesOf(images)]),
        read: (body, headers) => floats(body.subarray(Number(headers.get("inference-header-content-length")))),
      };
    },
  };
}

/** @param {string[]} urls @param {unknown} value @returns {Asked} */
function json(urls, value) {
  const read = (/** @type {Uint8Array} */ body) => {
    const { outputs, top, tops } = JSON.parse(Buffer.from(body).toString());
    const probs = Float32Array.from(outputs.probs.data);
    const best = tops.map((/** @type {{ index: number }[]} */ [first]) => first?.index);
    const own = Array.from({ length: probs.length / CLASSES }, (_, row) => largest(probs.subarray(row * CLASSES, (row + 1) * CLASSES)));
    if (`${best}` !== `${own}` || top[0].index !== own[0]) throw new Error(`labels ${best} of probabilities whose best are ${own}`);
    return probs;
  };
  return { urls, headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify(value)), read };
}

/** @param {Float32Array} values */
function largest(values) {
  return values.indexOf(Math.max(...values));
}

/** @param {Float32Array} values */
function bytesOf(values) {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** @param {Uint8Array} body */
function floats(body) {
  return new Float32Array(Uint8Array.from(body).buffer);
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
