import { serve } from "../../setup/workerd.mjs";
import { atEnd } from "./cleanup.mjs";

/**
 * Runs a folder of modules in workerd, `index.js` first, until the tests of the file are over.
 * @param {string} folder
 * @returns {Promise<string>} the origin
 */
export async function serveWorker(folder) {
  const { url, stop } = await serve(folder);
  atEnd(stop);
  return url;
}
