// What a process and its children take, as Linux tells it. Elsewhere there is no number.

import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Linux's clock of processes. */
const TICKS_PER_SECOND = 100;

/**
 * Memory of processes and all that they started.
 * @param {number[]} roots
 * @returns {Promise<import("../types.js").Memory | null>}
 */
export async function memoryOf(roots) {
  const sum = { resident: 0, proportional: 0 };
  for (const pid of await tree(roots)) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
    sum.resident += kilobytes(text, "Rss") * 1024;
    sum.proportional += kilobytes(text, "Pss") * 1024;
  }
  return sum.resident > 0 ? sum : null;
}

/**
 * Seconds of processor time that processes and all that they started have taken.
 * @param {number[]} roots
 * @returns {Promise<number | null>}
 */
export async function processorSeconds(roots) {
  let ticks = 0;
  for (const pid of await tree(roots)) {
    const fields = await statOf(pid);
    ticks += Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0);
  }
  return ticks > 0 ? ticks / TICKS_PER_SECOND : null;
}

/** Waits until processes have nothing to do, at most ten seconds. @param {number[]} roots */
export async function idle(roots) {
  for (let looks = 0; looks < 50; looks += 1) {
    const before = await processorSeconds(roots);
    await sleep(200);
    const after = await processorSeconds(roots);
    if (before === null || after === null || after - before <= 0.02) return;
  }
}

/** @param {number[]} roots */
async function tree(roots) {
  const all = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(await Promise.all(all.map(async (pid) => /** @type {const} */ ([pid, Number((await statOf(pid))?.[1])]))));
  const found = [...roots];
  for (const pid of found) found.push(...all.filter((other) => parents.get(other) === pid));
  return found;
}

/**
 * The fields of /proc/…/stat behind the program's name, which may hold anything.
 * @param {number} pid
 */
async function statOf(pid) {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** @param {string} text @param {string} name */
function kilobytes(text, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
}
