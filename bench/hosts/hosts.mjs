// Where engines are measured.

import { openChromium } from "./chromium.mjs";
import { openNode } from "./node.mjs";

/** @typedef {import("../types.js").Request} Request */

/**
 * @typedef {object} OpenHost
 * @property {(request: Request, limit: number) => Promise<import("../types.js").Sample>} measure
 *   in a process or page that has done nothing before
 * @property {(request: Request, limit: number) => Promise<import("../types.js").Audited>} audit
 *   the same, slower, and which files of the engine's folder were read
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} site
 * @param {{ node: string, chromium: string }} programs
 * @param {import("../types.js").HostName[]} names
 */
export async function openHosts(site, programs, names) {
  /** @type {Map<import("../types.js").HostName, OpenHost>} */
  const hosts = new Map();
  for (const name of names) {
    hosts.set(name, name === "node" ? openNode(site, programs.node) : await openChromium(site, programs.chromium));
  }
  return hosts;
}
