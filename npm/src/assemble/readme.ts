// README.md of a model's package.
import type { TensorSpec } from "../runtime/types.js";
import { type Description, inputCard, labelled } from "./card.js";
import { exampleInput } from "./examples.js";
import { spec } from "./names.js";

/** The text of README.md of a package with these wasm modules. */
export function readme(description: Description, modules: readonly string[]): string {
  const name = `onnxlet-${description.name}`;
  const sections = [
    title(name, description),
    nodeExample(name, description),
    ...(takesOnePicture(description) ? [pageExample(name)] : []),
    signature(description),
    calls(name, description),
    hosts(name, modules),
    licence(description),
  ];
  return sections.join("\n");
}

function title(name: string, { description = "", version }: Description): string {
  return `# ${name}

${description} Version ${version}.

The model and its engine in one WebAssembly module, made by Onnxlet. Runs in pages, Node ≥ 20 and Cloudflare Workers,
without any other package.

\`\`\`sh
npm install ${name}
\`\`\`
`;
}

function nodeExample(name: string, description: Description): string {
  const { before, argument } = exampleInput(description);
  const imports = before.length > 0 ? ['import { readFile } from "node:fs/promises";'] : [];
  const shown = labelled(description) ? "top" : "outputs";
  return `In Node:

\`\`\`js
${[...imports, `import { load } from "${name}";`].join("\n")}

${["const model = await load();", ...before].join("\n")}
const { ${shown} } = await model.predict(${argument});
console.log(${shown});
\`\`\`
`;
}

function takesOnePicture(description: Description): boolean {
  const [first, ...others] = description.inputs.map(({ name }) => inputCard(description, name));
  return first?.image !== undefined && others.length === 0 && labelled(description) !== undefined;
}

function pageExample(name: string): string {
  return `In a page without a bundler, with the package's folder copied beside it:

\`\`\`html
<input type="file" accept="image/*" id="picture"> <output id="answer"></output>
<script type="module">
  import { load } from "./${name}/browser.js";
  const model = await load({ offThread: true });
  document.querySelector("#picture").onchange = async ({ target }) => {
    const { top } = await model.predict(target.files[0]);
    document.querySelector("#answer").value = \`\${top[0].label} (\${(top[0].score * 100).toFixed(1)} %)\`;
  };
</script>
\`\`\`
`;
}

function signature(description: Description): string {
  const { inputs, outputs } = description;
  return `## Inputs and outputs

${table("input", inputs, (input) => inputCell(description, input))}
${table("output", outputs, (output) => outputCell(description, output))}
A letter in a shape is a dimension of any size: the batch, where it comes first, which may be left out for one example.
Inputs may be typed arrays, nested arrays, or \`{ data, shape }\`. Outputs are \`{ dtype, shape, data }\` with \`data\` flat.
${inputs.map((input) => featureTable(description, input)).join("")}`;
}

function table(heading: string, edges: TensorSpec[], cell: (edge: TensorSpec) => string): string {
  const rows = edges.map((edge) => `| \`${edge.name}\` | \`${spec(edge)}\` | ${inCell(cell(edge))} |`);
  return `| ${heading} | type | |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}

const PICTURES =
  "PNG, JPEG or WebP (`Blob`, `Response`, `ArrayBuffer`, `Uint8Array`), `ImageData`, canvas, `<img>`, `<video>`, " +
  "`ImageBitmap`, `VideoFrame`, an array of them, or a tensor.";

function inputCell(description: Description, { name }: TensorSpec): string {
  const { description: about = "", image, features } = inputCard(description, name);
  if (image) return `${about} ${PICTURES}`;
  return features ? `${about} A record or an array of records (below), or a tensor.` : about;
}

function outputCell({ card }: Description, { name, labels }: TensorSpec): string {
  const about = card.outputs?.[name]?.description ?? "";
  if (!labels) return about;
  return `${about} Classes: ${labels.length > 12 ? labels.length : labels.join(", ")}.`;
}

function inCell(text: string): string {
  return text.trim().replaceAll("|", "\\|").replaceAll("\n", " ");
}

function featureTable(description: Description, { name }: TensorSpec): string {
  const { features } = inputCard(description, name);
  if (!features) return "";
  const rows = features.map(({ name, unit = "", min = "", max = "", description: about = "" }) => {
    return `| \`${name}\` | ${inCell(unit)} | ${min} | ${max} | ${inCell(about)} |`;
  });
  return `\n| feature of \`${name}\` | unit | least | most | |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

function calls(name: string, description: Description): string {
  const topK = labelled(description) ? "topK: 5, " : "";
  const output = JSON.stringify(description.outputs[0]?.name);
  return `## Calls

\`\`\`js
const model = await load({ offThread: true });  // in a Web Worker or worker thread: never blocks this one
await model.predict(input, { ${topK}outputs: [${output}], signal });
model.describe();                               // card, signature, digest
model.stats;                                    // { predictions, traps }
await load({ threads: 2 });                     // two of them: calls run side by side
model.dispose();                                // or \`using model = await load()\`
\`\`\`

${splitting(description)}
\`load\` also takes \`simd\` (\`"auto"\`, \`"relaxed"\`, \`"baseline"\`), \`wasm\` (where the module is, if not beside the
JavaScript), \`onProgress\` and \`signal\`. A call that can't be answered rejects with an \`OnnxletError\`: \`code\` says what
kind, \`problems\` lists every field that is wrong.

\`\`\`js
import { OnnxletError } from "${name}";
try {
  await model.predict({ wrong: 1 });
} catch (error) {
  if (!(error instanceof OnnxletError)) throw error;
  console.error(error.code, error.problems);
}
\`\`\`
`;
}

function splitting({ batch, inputs, outputs }: Description): string {
  const open = [...inputs, ...outputs].every(({ shape }) => typeof shape?.[0] === "string");
  if (!open) return "";
  if (batch === "independent") {
    return `With \`threads\`, a batch is split among them where that pays, and the answers joined: this model is proven to answer each
example by itself, so that not a bit changes. \`splitBatch: false\` keeps each call on one thread.
`;
  }
  return `Whether this model answers each example of a batch by itself is not proven. If you know that it does, \`splitBatch: true\` lets
threads share a batch; the last digits may then differ from those of the batch as a whole.
`;
}

function hosts(name: string, modules: readonly string[]): string {
  return `## Hosts

- **Vite 8, webpack 5**: nothing to do. An older Vite's development server may need
  \`optimizeDeps: { exclude: ["${name}"] }\`.
- **esbuild for pages** follows no \`new URL(…, import.meta.url)\`. Import the addresses, build with \`--loader:.wasm=file\`,
  and for \`offThread\` or \`threads\` make \`${name}/thread.browser.js\` an entry point too, put beside the page's:
  \`\`\`js
${esbuildExample(name, modules).map((line) => `  ${line}`).join("\n")}
  \`\`\`
- **Cloudflare Workers**: nothing to do with wrangler. With esbuild alone:
  \`--conditions=workerd --loader:.wasm=copy --format=esm\`.
- **Any web server**: best with type \`application/wasm\` (then the module compiles while it arrives), compression,
  and caching.
${modules.some((place) => place.includes("lean")) ? TRIMMED : ""}`;
}

const TRIMMED = `
\`wasm/lean.*.wasm\` holds the code that this model was seen to need; it is all that is fetched. Should a call need more,
\`wasm/full.*.wasm\` is fetched then, and answers that call and all later ones; \`model.stats.fallbacks\` counts it.
`;

/** How to tell \`load\` where a bundler put the modules. */
function esbuildExample(name: string, modules: readonly string[]): string[] {
  const pictures = modules.find((place) => place.includes("pictures"));
  const places = modules.filter((place) => place !== pictures).map((place) => {
    const [part = "", simd = ""] = place.replace("wasm/", "").split(".");
    return { place, part, simd, variable: part + simd.charAt(0).toUpperCase() + simd.slice(1) };
  });
  const parts = [...new Set(places.map(({ part }) => part))].map((part) => {
    const own = places.filter((other) => other.part === part);
    return `${part}: { ${own.map(({ simd, variable }) => `${simd}: ${variable}`).join(", ")} }`;
  });
  return [
    ...places.map(({ place, variable }) => `import ${variable} from "${name}/${place}";`),
    ...(pictures ? [`import pictures from "${name}/${pictures}";`] : []),
    `const files = { ${parts.join(", ")} };`,
    `const wasm = (simd, part) => new URL(${pictures ? 'part === "pictures" ? pictures : ' : ""}files[part][simd], import.meta.url);`,
    "const model = await load({ wasm });",
  ];
}

function licence({ card, digest }: Description): string {
  return `## Licence

Model: ${card.license ?? "not stated in its card"}. Engine and runtime: MIT OR Apache-2.0.
ONNX file: \`${digest}\`.
`;
}
