// Requests whose sender goes away: within its head, within its body, and before, while or after it is answered.
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A path that only these use, so that what they are counted as is told apart. */
export const PATH = "/v1/models/digits/versions/1:predict";
/** As /metrics calls it. */
export const ROUTE = "/v1/models/{model}/versions/{version}:predict";

const head = (/** @type {number} */ length) => `POST ${PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
const body = `{"instances": [${Array(64).fill(`[${Array(784).fill("0.5").join(",")}]`).join(",")}]}`;

/** @typedef {{ name: string, sent: string, until: "sent" | "answered" | "later", end: "reset" | "close" }} Abort */

/** @type {Abort[]} */
export const ABORTS = [
  { name: "no word", sent: "", until: "sent", end: "close" },
  { name: "half a head", sent: head(100).slice(0, 40), until: "sent", end: "reset" },
  { name: "a head alone", sent: head(1000), until: "later", end: "reset" },
  { name: "half a body", sent: head(body.length) + body.slice(0, body.length >> 1), until: "later", end: "reset" },
  { name: "half a body, politely", sent: head(body.length) + body.slice(0, body.length >> 1), until: "sent", end: "close" },
  { name: "more than was announced", sent: head(2) + body, until: "answered", end: "reset" },
  { name: "all, and gone at once", sent: head(body.length) + body, until: "sent", end: "reset" },
  { name: "all, and gone while it is answered", sent: head(body.length) + body, until: "later", end: "reset" },
  { name: "all, and gone at the answer's first bytes", sent: head(body.length) + body, until: "answered", end: "reset" },
  { name: "chunks without an end", sent: `${head(0).replace("Content-Length: 0", "Transfer-Encoding: chunked")}ffff\r\n{"instances": `, until: "later", end: "reset" },
];

/**
 * @param {string} url
 * @param {Abort} abort
 * @param {number} delay in ms
 * @returns {Promise<void>}
 */
export async function abort(url, { sent, until, end }, delay) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(20_000, () => socket.destroy());
  const over = new Promise((resolve) => socket.once("close", resolve).on("error", resolve));
  const answered = new Promise((resolve) => socket.once("data", resolve));
  socket.resume();
  socket.write(sent);
  if (until === "answered") await Promise.race([answered, over]);
  if (until === "later") await Promise.race([sleep(delay), over]);
  if (end === "reset") socket.resetAndDestroy();
  else socket.end();
  await over;
}
