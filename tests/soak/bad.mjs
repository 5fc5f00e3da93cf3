// Requests that are refused: what is wrong, and what is too much.
import { gzipSync } from "node:zlib";
import { JSON_TEXTS, PICTURES, VALUES } from "../workerd/support/malformed.mjs";
import { sample } from "../workerd/support/samples.mjs";

/** @typedef {import("./asking.mjs").Ask} Ask */

const JSON_TYPE = { "content-type": "application/json" };
const MEBIBYTE = 1 << 20;
/** The Worker's own limit on bodies, compressed or not. */
const LIMIT = 10 * MEBIBYTE;

/** @param {string} name @param {number} expected @param {Partial<Ask>} [rest] @returns {Ask} */
function asked(name, expected, rest = {}) {
  return { name, path: "/predict", method: "POST", headers: JSON_TYPE, body: undefined, expected, ...rest };
}

/** @type {Ask[]} */
export const BAD = [
  ...JSON_TEXTS.map(([name, text, [status]]) => asked(name, status, { body: Buffer.from(text) })),
  ...VALUES.map(([name, value, [status]]) => asked(name, status, { body: Buffer.from(JSON.stringify(value)) })),
  ...PICTURES.map(([name, bytes, [status]]) => asked(name, status, { headers: { "content-type": "image/png" }, body: Buffer.from(bytes) })),
  asked("another type", 415, { headers: { "content-type": "text/plain" }, body: Buffer.from("hello") }),
  asked("half a gzip", 400, { headers: { ...JSON_TYPE, "content-encoding": "gzip" }, body: gzipSync(Buffer.alloc(1000, "[")).subarray(0, 20) }),
  asked("another encoding", 415, { headers: { ...JSON_TYPE, "content-encoding": "br" }, body: Buffer.from("[0]") }),
  asked("no such path", 404, { path: "/predict/7" }),
  asked("another method", 405, { method: "DELETE" }),
  asked("no such model", 404, { path: "/v2/models/letters/infer", body: Buffer.from("{}") }),
  asked("a header that is longer than the body", 400, { path: "/v2/models/digits/infer", headers: { "inference-header-content-length": "1000" }, body: Buffer.from("{}") }),
  asked("two kinds of rows", 422, { path: "/v1/models/digits:predict", body: Buffer.from('{"instances": [], "inputs": []}') }),
  asked("a table, which has no pictures", 422, { path: "/invocations", headers: { "content-type": "text/csv" }, body: Buffer.from("a,b\n1,2\n") }),
  asked("a table of nothing", 422, { path: "/invocations", body: Buffer.from('{"dataframe_split": {}}') }),
  asked("an answer that must not be JSON", 406, { headers: { ...JSON_TYPE, accept: "text/html" }, body: Buffer.from("[0]") }),
];

const bomb = gzipSync(Buffer.alloc(64 * MEBIBYTE, " "));
const blanks = Buffer.alloc(LIMIT + 1, " ");
const zeros = (/** @type {number} */ count) => Buffer.from(`[${"0,".repeat(count - 1)}0]`);

/** @type {Ask[]} */
export const HUGE = [
  asked("a body that declares too much", 413, { body: blanks, refusedUnread: true }),
  asked("a body without a length that has too much", 413, { body: blanks, streamed: true, refusedUnread: true }),
  asked("64 MiB in a gzip of 64 KiB", 413, { headers: { ...JSON_TYPE, "content-encoding": "gzip" }, body: bomb }),
  asked("the same to another protocol", 413, { path: "/v2/models/digits/infer", headers: { "content-encoding": "gzip" }, body: bomb }),
  asked("as many blanks as may be", 400, { body: blanks.subarray(1) }),
  asked("a picture of so many bytes", 400, { headers: { "content-type": "image/png" }, body: Buffer.concat([sample(7).subarray(0, 60), blanks.subarray(0, 5 * MEBIBYTE)]) }),
  asked("more elements than may be", 413, { body: zeros(784 * 401) }),
  asked("a row of a million", 422, { path: "/v1/models/digits:predict", body: Buffer.from(`{"instances": [${zeros(1_000_000)}]}`) }),
  asked("a table of a million", 422, { path: "/invocations", body: Buffer.from(`{"inputs": {"none": ${zeros(1_000_000)}}}`) }),
  // As many elements as may be: 400 images, one after the other.
  asked("the largest batch", 200, { body: zeros(784 * 400) }),
];
