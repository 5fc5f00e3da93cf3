// Who may ask, how often and how much: settings, and the requests that meet them.
import { call } from "./heads.js";
import type { HttpCall } from "./http-call.js";
import type { Setting } from "./settings.js";

const [OLD, NEW] = ["an-old-key-0123456789", "a-new-key-0123456789-abcdefghijklmnopqrstuvwxyz"];
const ORIGIN = "https://example.com";

/** What is compared with the log: what the dataset is given. */
const dataset = { writeDataPoint: (point: unknown) => console.log(JSON.stringify(point)) };
const refusing = { writeDataPoint: () => { throw new TypeError("too large"); } };

/** Settings that protect, sensible or not. */
export const PROTECTIONS: readonly Setting[] = [
  { about: "one key", env: { ONNXLET_API_KEYS: OLD } },
  { about: "keys and a rate limit", env: { ONNXLET_API_KEYS: ` ${OLD} , ${NEW}`, ONNXLET_RATE_LIMIT: {}, ONNXLET_RATE_LIMIT_PERIOD: "10" } },
  { about: "a rate limit", env: { ONNXLET_RATE_LIMIT: new Map(), ONNXLET_RATE_LIMIT_PERIOD: 60 } },
  { about: "a dataset", env: { ONNXLET_ANALYTICS: dataset } },
  { about: "a dataset that refuses", env: { ONNXLET_ANALYTICS: refusing } },
  ...["short", `${OLD},`, "a key of words", "schlüsselschlüsselschlüssel", "x".repeat(300)].map((keys) => {
    return { about: `the keys ${keys}`, env: { ONNXLET_API_KEYS: keys } };
  }),
  ...["*", "none", ORIGIN, `http://127.0.0.1:8787, ${ORIGIN.toUpperCase()}`, "example.com", `${ORIGIN}/path`, "https://u@a", "https://", "é"].map((origins) => {
    return { about: `the origins ${origins}`, env: { ONNXLET_CORS_ORIGINS: origins } };
  }),
  ...["1", "2", "1048576", "1048577"].map((batch) => ({ about: `batches of ${batch}`, env: { ONNXLET_MAX_BATCH: batch } })),
  ...["1", "3", "127", "128"].map((levels) => ({ about: `${levels} levels`, env: { ONNXLET_MAX_NESTING: levels } })),
];

/** Requests with keys and origins, right and wrong; some of them predict. */
export function protectedCalls(predictions: readonly HttpCall[]): HttpCall[] {
  const heads = [
    ["authorization", `Bearer ${OLD}`], ["authorization", `bearer  ${NEW} `], ["authorization", "Bearer another"],
    ["authorization", "Basic YTpi"], ["authorization", "é"], ["authorization", ""], ["x-api-key", OLD], ["x-api-key", "another"],
    ["x-api-key", ""], ["x-api-key", "é"], ["origin", ORIGIN], ["origin", "https://another.example"], ["origin", "null"], ["origin", "é"],
    ["cf-connecting-ip", "2001:db8::1"],
  ] as const;
  const headed = heads.map((head) => call("protected", "GET", "/version", [head]));
  const allowed = predictions.map((call): HttpCall => ({ ...call, headers: [...call.headers, ["x-api-key", OLD], ["authorization", "Bearer another"]] }));
  return [...headed, ...allowed];
}
