// README.md of a Worker's folder.
import { type Description, inputCard } from "../../assemble/card.js";
import { spec } from "../../assemble/names.js";
import type { TensorSpec } from "../../runtime/types.js";
import { workerName } from "./settings.js";

/** The text of `README.md`. */
export function readme(description: Description): string {
  const { name, version, description: about = "" } = description;
  return `# ${workerName(name)}

${about} Version ${version}. A Cloudflare Worker with the model baked into it, made by Onnxlet.

\`\`\`sh
npx wrangler dev       # on this machine
npx wrangler deploy    # to Cloudflare
${curl(description)}
\`\`\`

The page at \`/\` asks the same. Needs wrangler 4: 4.86.0 is the last one for Node 20, later ones need Node 22.12.

## Routes

| route | answers |
|---|---|
| \`POST /predict\` | a prediction; takes ${takes(description)} |
| \`GET /model\` | signature and card |
| \`GET /version\` | the versions of Worker and model, the model's digest, \`module\` and \`fallbacks\` (see below) |
| \`GET /metrics\` | counters, for Prometheus |
| \`GET /openapi.json\` | every route as OpenAPI 3.1, with this model's names, shapes and labels; those of the Open Inference Protocol, TensorFlow Serving and MLflow, too |
| \`GET /docs\` | the same, for people: try it there |
| \`GET /healthz\` | 200 while the Worker runs |
| \`GET /readyz\` | 200 once it can predict, otherwise 503 and why |

${signature(description)}
Every input may be nested arrays, a flat array, or \`{"data": […], "shape": […]}\`; an envelope
\`{"inputs": …, "outputs": […], "top_k": 3}\` is optional. What can't be answered is \`application/problem+json\` with a \`code\`,
a \`detail\` and every wrong field under \`problems\`. Every answer carries \`x-request-id\`. Any page may call (CORS).

## Settings

\`wrangler.toml\` documents the variables: the limits on bodies, batches, tensors and pictures, what is logged and kept, whose pages
may call; and API keys, a rate limit and an Analytics Engine dataset, each of them optional. The log has one JSON line a request.
What \`/metrics\` counts belongs to one isolate, of which Cloudflare runs many.

## Files

\`src/lean.wasm\` holds the code that this model was seen to need: it answers. Should a request need more, \`src/full.wasm\`
answers it and all later ones of that isolate. The log then has one line with \`"message": "fallback"\`, and \`GET /version\`
says \`"module": "full", "fallbacks": 1\`. Answers don't differ. To avoid it, build with such a request among
\`--examples\`. \`public/\` is the page: change it as you like, or remove it with \`[assets]\` in \`wrangler.toml\`.

## Licence

Model: ${description.card.license ?? "not stated in its card"}. Worker and engine: MIT OR Apache-2.0.
ONNX file: \`${description.digest}\`.
`;
}

function takes(description: Description): string {
  const pictured = description.inputs.length === 1 && description.inputs.some(({ name }) => inputCard(description, name).image);
  return pictured ? "`image/png`, `image/jpeg`, `image/webp`, or `application/json`" : "`application/json`";
}

function signature({ inputs, outputs }: Description): string {
  const rows = (kind: string, edges: readonly TensorSpec[]) => edges.map((edge) => `| ${kind} | \`${edge.name}\` | \`${spec(edge)}\` |`);
  return `| | name | type |\n|---|---|---|\n${[...rows("input", inputs), ...rows("output", outputs)].join("\n")}\n`;
}

/** A first request, for a shell. */
export function curl(description: Description, base = "http://127.0.0.1:8787"): string {
  const [first, ...others] = description.inputs;
  const pictured = first && others.length === 0 && inputCard(description, first.name).image;
  if (pictured) return `curl --data-binary @picture.png -H 'content-type: image/png' ${base}/predict`;
  return `curl --json '${JSON.stringify(body(description)).replaceAll("'", "'\\''")}' ${base}/predict`;
}

function body(description: Description): unknown {
  const values = description.inputs.map((input) => [input.name, value(input, description)] as const);
  return Object.fromEntries(values);
}

function value({ name, dtype, shape }: TensorSpec, description: Description): unknown {
  const { image, features } = inputCard(description, name);
  if (image) return { base64: "…" };
  const filler = dtype === "string" ? "…" : dtype === "bool" ? false : 0;
  if (features) return Object.fromEntries(features.map((feature) => [feature.name, feature.default ?? feature.min ?? filler]));
  const sizes = (shape ?? [1]).map((size) => (typeof size === "number" ? size : 1));
  const count = sizes.reduce((product, size) => product * size, 1);
  if (count > 64) return { data: ["…"], shape: sizes };
  return { data: Array.from({ length: count }, () => filler), shape: sizes };
}
