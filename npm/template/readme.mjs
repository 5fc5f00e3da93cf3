// README.md of a model's package.

import { exampleInput } from "./examples.mjs";
import { spec } from "./names.mjs";

/** The text of README.md. */
export function readme(description) {
  const pack = `onnxlet-${description.name}`;
  return [
    title(pack, description),
    nodeExample(pack, description),
    pageExample(pack, description),
    signature(description),
    calls(pack, description),
    hosts(pack),
    licence(description),
  ].join("\n");
}

function title(pack, { description = "", version }) {
  return `# ${pack}

${description} Version ${version}.

The model and its engine in one WebAssembly module, made by Onnxlet. Runs in pages, Node ≥ 20 and Cloudflare Workers,
without any other package.

\`\`\`sh
npm install ${pack}
\`\`\`
`;
}

function nodeExample(pack, description) {
  const { before, argument } = exampleInput(description);
  const imports = before.length ? ['import { readFile } from "node:fs/promises";'] : [];
  const shown = description.outputs.some(({ labels }) => labels) ? "top" : "outputs";
  return `In Node:

\`\`\`js
${[...imports, `import { load } from "${pack}";`].join("\n")}

${["const model = await load();", ...before].join("\n")}
const { ${shown} } = await model.predict(${argument});
console.log(${shown});
\`\`\`
`;
}

function pageExample(pack, description) {
  const takesPictures = Object.values(description.card.inputs ?? {}).some(({ image }) => image);
  if (!takesPictures || description.inputs.length > 1) return "";
  return `In a page without a bundler, with the package's folder copied beside it:

\`\`\`html
<input type="file" accept="image/*" id="picture"> <output id="answer"></output>
<script type="module">
  import { load } from "./${pack}/browser.js";
  const model = await load({ offThread: true });
  document.querySelector("#picture").onchange = async ({ target }) => {
    const { top } = await model.predict(target.files[0]);
    document.querySelector("#answer").value = \`\${top[0].label} (\${(top[0].score * 100).toFixed(1)} %)\`;
  };
</script>
\`\`\`
`;
}

function signature({ inputs, outputs, card }) {
  const row = (about) => (edge) => `| \`${edge.name}\` | \`${spec(edge)}\` | ${cell(about?.[edge.name], edge)} |`;
  const table = (heading, rows) => `| ${heading} | type | |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
  return `## Inputs and outputs

${table("input", inputs.map(row(card.inputs)))}
${table("output", outputs.map(row(card.outputs)))}
A letter in a shape is a dimension of any size: the batch, where it comes first, which may be left out for one example.
Inputs may be typed arrays, nested arrays, or \`{ data, shape }\`. Outputs are \`{ dtype, shape, data }\` with \`data\` flat.
${features(inputs, card)}`;
}

function cell({ description = "", image, features } = {}, { labels }) {
  const parts = [description];
  if (image) parts.push("PNG, JPEG or WebP (`Blob`, `Response`, `ArrayBuffer`, `Uint8Array`), `ImageData`, canvas, `<img>`, `ImageBitmap`, `VideoFrame`, an array of them, or a tensor.");
  if (features) parts.push("A record or an array of records (below), or a tensor.");
  if (labels) parts.push(`Classes: ${labels.length > 12 ? labels.length : labels.join(", ")}.`);
  return parts.filter(Boolean).join(" ").replaceAll("|", "\\|").replaceAll("\n", " ");
}

function features(inputs, card) {
  const tables = inputs.flatMap(({ name }) => {
    const list = card.inputs?.[name]?.features;
    if (!list) return [];
    const rows = list.map((feature) => {
      const { description = "", unit = "", min = "", max = "" } = feature;
      return `| \`${feature.name}\` | ${unit} | ${min} | ${max} | ${description} |`;
    });
    return [`\n| feature of \`${name}\` | unit | least | most | |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`];
  });
  return tables.join("");
}

function calls(pack, description) {
  const { argument } = exampleInput(description);
  const input = argument.includes("\n") ? "input" : argument;
  const topK = description.outputs.some(({ labels }) => labels) ? "topK: 5, " : "";
  return `## Calls

\`\`\`js
const model = await load({ offThread: true });      // in a Web Worker or worker thread: never blocks this one
await model.predict(${input}, { ${topK}outputs: [${JSON.stringify(description.outputs[0].name)}], signal });
model.describe();                                   // card, signature, digest
model.stats;                                        // { predictions, traps }
model.dispose();                                    // or \`using model = await load()\`
\`\`\`

\`load\` also takes \`simd\` (\`"auto"\`, \`"relaxed"\`, \`"baseline"\`), \`wasm\` (where the module is, if not beside the
JavaScript), \`onProgress\` and \`signal\`. A call that can't be answered rejects with an \`OnnxletError\`: \`code\` says what
kind, \`problems\` lists every field that is wrong.

\`\`\`js
import { OnnxletError } from "${pack}";
try {
  await model.predict({ wrong: 1 });
} catch (error) {
  if (!(error instanceof OnnxletError)) throw error;
  console.error(error.code, error.problems);
}
\`\`\`
`;
}

function hosts(pack) {
  return `## Hosts

- **Vite, webpack, Rollup**: nothing to do for a build. Vite's development server: \`optimizeDeps: { exclude: ["${pack}"] }\`.
- **esbuild for pages** follows no \`new URL(…, import.meta.url)\`: import the address,
  \`import wasm from "${pack}/wasm/model.baseline.wasm"\` with \`--loader:.wasm=file\`, and \`load({ wasm, simd: "baseline" })\`.
  For \`offThread\`, make \`${pack}/thread.browser.js\` a second entry point, put beside the first.
- **Cloudflare Workers**: nothing to do with wrangler. With esbuild alone: \`--conditions=workerd --loader:.wasm=copy --format=esm\`.
- **Any web server**: best with type \`application/wasm\` (then the module compiles while it arrives), compression, and caching.
`;
}

function licence({ card, digest }) {
  return `## Licence

Model: ${card.license ?? "not stated in its card"}. Engine and runtime: MIT OR Apache-2.0. ONNX file: \`${digest}\`.
`;
}
