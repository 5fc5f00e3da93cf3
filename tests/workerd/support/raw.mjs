// HTTP as bytes on a socket: what `fetch` would refuse to send.
import { connect } from "node:net";

/**
 * Sends `bytes` and gives all that comes back until the other side closes.
 * @param {string} base
 * @param {(string | Buffer)[]} bytes
 * @returns {Promise<string>}
 */
export function exchange(base, bytes) {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const received = [];
    const socket = connect(Number(port), hostname, () => {
      for (const part of bytes) socket.write(part);
    });
    socket.on("data", (data) => received.push(data));
    socket.on("end", () => resolve(Buffer.concat(received).toString()));
    socket.on("error", reject);
    socket.setTimeout(20_000, () => socket.destroy(new Error(`no answer to ${bytes[0]}`)));
  });
}

/**
 * The status and the JSON body of a raw answer.
 * @param {string} answer
 * @returns {{status: number, body: any}}
 */
export function parse(answer) {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), body: JSON.parse(body) };
}
