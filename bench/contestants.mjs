// Who takes part: an engine in a host with a model, once its outputs are known to be right.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { difference } from "./compare.mjs";
import { fill, REFERENCE, REFERENCES } from "./engines.mjs";
import { encode } from "./harness/tensors.mjs";
import { SITE } from "./paths.mjs";
import { total } from "./sizes.mjs";

/**
 * @typedef {object} Contestant
 * @property {import("./types.js").Model} model
 * @property {import("./types.js").EngineName} engine
 * @property {import("./types.js").HostName} host
 * @property {Record<string, import("./types.js").Bytes>} files what it must ship
 * @property {import("./types.js").Bytes} bytes
 * @property {number[]} cold
 * @property {number[]} predict
 * @property {number} memory
 */

/** How long a fresh process or page may take to answer, in milliseconds. */
export const LIMIT = 120_000;

/** @typedef {{ name: import("./types.js").HostName, host: import("./hosts/hosts.mjs").OpenHost }} Place */

/**
 * Makes the folders of a model's engines, and lets each answer once. Those that can't, or whose outputs aren't the
 * reference's, are refused with the reason.
 * @param {import("./types.js").Model} model
 * @param {import("./types.js").EngineName[]} engines
 * @param {Place[]} places
 * @param {(file: string) => Promise<import("./types.js").Bytes>} sizeOf
 */
export async function admit(model, engines, places, sizeOf) {
  const folder = join(SITE, model.name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "inputs"), encode(model.inputs));
  const inside = await references(model, places);
  const expected = typeof inside === "string" ? inside : [...inside, ...model.expected];
  /** @type {Contestant[]} */
  const admitted = [];
  /** @type {import("./types.js").Refused[]} */
  const refused = [];
  for (const engine of engines) {
    const filled = await fill(engine, model).then(() => undefined, messageOf);
    for (const { name, host } of places) {
      const who = { model: model.name, engine, host: name };
      try {
        if (filled !== undefined) throw new Error(filled);
        const files = await check(model, engine, host, expected, sizeOf);
        const bytes = total(Object.values(files));
        admitted.push({ model, engine, host: name, files, bytes, cold: [], predict: [], memory: 0 });
      } catch (error) {
        refused.push({ ...who, reason: messageOf(error) });
      }
    }
  }
  return { admitted, refused };
}

/**
 * What onnxruntime-web answers in the first host, with its optimiser and without; or why it doesn't.
 * @param {import("./types.js").Model} model
 * @param {Place[]} places
 */
async function references(model, [place]) {
  /** @type {import("./types.js").Tensors[]} */
  const answers = [];
  for (const engine of REFERENCES) {
    await fill(engine, model);
    const request = { engine, model: model.name, steady: false, outputs: true };
    const answer = await /** @type {Place} */ (place).host.measure(request, LIMIT).catch(messageOf);
    if (typeof answer === "string") return answer;
    answers.push(answer.outputs ?? {});
  }
  return answers;
}

/**
 * @param {import("./types.js").Model} model
 * @param {import("./types.js").EngineName} engine
 * @param {import("./hosts/hosts.mjs").OpenHost} host
 * @param {import("./types.js").Tensors[] | string} expected what onnxruntime-web answers, or why it doesn't
 * @param {(file: string) => Promise<import("./types.js").Bytes>} sizeOf
 */
async function check(model, engine, host, expected, sizeOf) {
  const request = { engine, model: model.name, steady: false, outputs: true };
  const { outputs, files } = await host.audit(request, LIMIT);
  if (!outputs || typeof expected === "string") throw new Error(`${REFERENCE}, to compare with, fails: ${expected}`);
  const wrong = difference(outputs, expected);
  if (wrong) throw new Error(`wrong: ${wrong}`);
  if (!files.some((file) => file.endsWith(".wasm"))) throw new Error(`it read no module, but ${files.join(", ")}`);
  const sizes = files.map(async (file) => [file, await sizeOf(join(SITE, model.name, engine, file))]);
  return Object.fromEntries((await Promise.all(sizes)).toSorted());
}

/**
 * @param {unknown} error
 * @returns {string}
 */
export function messageOf(error) {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^page\.evaluate: (Error: )?/, "").split("\n")[0]?.slice(0, 400) ?? "";
}
