// wrangler.toml and package.json of a Worker's folder.
import type { Description } from "../../assemble/card.js";

/** The text of `wrangler.toml`. */
export function wranglerToml({ name, version }: Description): string {
  return `# The model ${name} ${version} behind HTTP, made by Onnxlet. \`npx wrangler deploy\` takes this folder as it is.
name = "${workerName(name)}"
main = "src/index.js"
compatibility_date = "${COMPATIBILITY_DATE}"

# The page. A path that isn't a file there goes to the Worker.
[assets]
directory = "public"
not_found_handling = "none"

# Modules are compiled when the Worker is deployed; at run time Workers compile nothing.
[[rules]]
type = "CompiledWasm"
globs = ["**/*.wasm"]
fallthrough = false

# Every variable is optional. A value that makes no sense is reported by /readyz, and nothing is predicted.
[vars]
# The largest request body, in bytes: 1 to 104857600. Without it: 10485760.
# ONNXLET_MAX_BODY_BYTES = "10485760"
# The largest request body once it is decompressed, in bytes: 1 to 104857600. Without it: 10485760.
# ONNXLET_MAX_DECOMPRESSED_BYTES = "10485760"
# The most elements of an input tensor, the batch included: 1 to 33554432. Without it: 16777216. Lower it where a batch of
# that size takes more than a Worker's 128 MB.
# ONNXLET_MAX_ELEMENTS = "16777216"
# The most examples of a request: 1 to 1048576. Without it: 65536.
# ONNXLET_MAX_BATCH = "65536"
# The most pixels of an encoded picture: 1 to 32000000. Without it: 12500000. Decoding takes about 7 bytes for each.
# ONNXLET_MAX_IMAGE_PIXELS = "12500000"
# The deepest nesting of arrays and objects in a JSON body, in levels: 1 to 127. Without it: 64.
# ONNXLET_MAX_NESTING = "64"
# The least severe request that is logged: off, error (5xx), warn (4xx) or info (all). Without it: info.
# ONNXLET_LOG_LEVEL = "info"
# Where answers are kept, to answer the same request again without predicting: off, memory (of the isolate), or edge (also the
# Cache API of the data centre; not on workers.dev). Without it: memory. Looking at the edge takes longer than a small model does.
# ONNXLET_CACHE = "memory"
# How much memory they may take, in bytes: 1 to 67108864. Without it: 4194304.
# ONNXLET_CACHE_BYTES = "4194304"
# The origins whose pages may call: *, none, or a list such as "https://a.example, https://b.example". Without it: *.
# ONNXLET_CORS_ORIGINS = "*"
# The period of the rate limit below, in seconds, for Retry-After: 10 or 60. Without it: 60.
# ONNXLET_RATE_LIMIT_PERIOD = "60"

# API keys: what is not about health is then answered only to who sends one, as Authorization: Bearer or X-API-Key.
# Several, separated by commas, while clients change from one to the next; 16 to 256 characters each, such as
# "openssl rand -hex 32" makes:
#   npx wrangler secret put ONNXLET_API_KEYS

# Predictions per API key, or without keys per client address, and Cloudflare location. The period is 10 or 60 seconds.
# [[ratelimits]]
# name = "ONNXLET_RATE_LIMIT"
# namespace_id = "1001"
# simple = { limit = 100, period = 60 }

# A data point for each request. See "Metrics" in the README.
# [[analytics_engine_datasets]]
# binding = "ONNXLET_ANALYTICS"
# dataset = "onnxlet"

[observability]
enabled = true
`;
}

/** Old enough for every wrangler that Node 20 can run; the Worker needs nothing newer. */
const COMPATIBILITY_DATE = "2026-01-01";

/** Cloudflare takes up to 63 lower-case letters, digits and dashes. */
export function workerName(name: string): string {
  return `onnxlet-${name}`.toLowerCase().replace(/[^a-z0-9-]+/g, "-").slice(0, 63).replace(/-+$/, "");
}

/** The text of `package.json`: the scripts are modules, and nothing of this is to be published. */
export function packageJson({ name, version }: Description): string {
  return `${JSON.stringify({ name: workerName(name), version, private: true, type: "module" }, null, 2)}\n`;
}
