// Reading a request's body up to a limit.

/**
 * Reads `stream` to its end, unless it holds more than `limit` bytes: then it stops there.
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} limit in bytes
 * @returns {Promise<Uint8Array | undefined>} nothing where there are more bytes
 */
export async function readAtMost(stream, limit) {
  const reader = stream.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concatenate(chunks, length);
    length += value.byteLength;
    if (length > limit) {
      await reader.cancel("the body is larger than the limit");
      return undefined;
    }
    chunks.push(value);
  }
}

/**
 * @param {Uint8Array[]} chunks
 * @param {number} length of all together
 * @returns {Uint8Array}
 */
function concatenate(chunks, length) {
  const [only] = chunks;
  if (only && chunks.length === 1) return only;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
