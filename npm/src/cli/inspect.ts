import { type Description } from "../assemble/card.js";
import { spec } from "../assemble/names.js";
import type { Engine } from "../runtime/engine.js";
import { isRefusal } from "../runtime/errors.js";
import { NO_PICTURES } from "../runtime/pictures.js";
import type { OnnxModel } from "../onnx/model.js";
import type { InspectArguments } from "./arguments.js";
import { readCard } from "./card-file.js";
import { readModel } from "./model-file.js";
import { engineResource } from "./resources.js";
import { suggestedCard } from "./suggested-card.js";
import { size, table } from "./table.js";

/** An engine without a model. */
type EmptyEngine = Engine & { load(model: Uint8Array, card: string | undefined): void };

/** Prints what is known of a model, and whether the engine can run it. */
export async function inspect({ model: path, card: cardPath, name, shapes }: InspectArguments): Promise<void> {
  const { bytes, onnx } = await readModel(path);
  const inside = onnx.metadata["onnxlet.card"];
  const card = await readCard({ path: cardPath, name, model: path, inside, shapes });
  console.log(facts(path, bytes.length, onnx));
  console.log(`\noperators\n${operators(onnx)}`);
  const { createEngine, wasm } = await engineResource("baseline");
  const engine = (await createEngine(await WebAssembly.compile(wasm), NO_PICTURES)) as EmptyEngine;
  const refused = refusalOf(() => engine.load(bytes, card || undefined));
  if (refused !== undefined) {
    console.log(`\nunsupported: ${refused}`);
    process.exitCode = 1;
    return;
  }
  const description = engine.describe() as Description;
  console.log(`\n${signature(description)}`);
  if (cardPath !== undefined || inside !== undefined) return;
  console.log(`\nsuggested card (save it as card.json, correct it, and give it to build with --card card.json)`);
  console.log(JSON.stringify(suggestedCard(description), null, 2));
}

function facts(path: string, bytes: number, { irVersion, producer, opsets, weights }: OnnxModel): string {
  const parameters = weights.reduce((sum, { elements }) => sum + elements, 0);
  const sets = Object.entries(opsets).map(([domain, version]) => `${domain} ${version}`);
  return table([
    ["file", `${path}, ${size(bytes)}`],
    ["format", `ONNX ${irVersion}, opset ${sets.join(", ") || "unknown"}`],
    ["made by", producer.trim() || "unknown"],
    ["parameters", parameters.toLocaleString("en")],
  ].map(([key = "", value = ""]) => [`${key.padEnd(12)}${value}`]));
}

function operators({ nodes }: OnnxModel): string {
  const counts = new Map<string, number>();
  for (const { operator } of nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  const sorted = [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  return table(sorted.map(([operator, count]) => [operator, String(count)]));
}

function refusalOf(load: () => void): string | undefined {
  try {
    load();
    return undefined;
  } catch (thrown) {
    if (isRefusal(thrown)) return thrown.message;
    throw thrown;
  }
}

function signature({ inputs, outputs }: Description): string {
  const lines = (edges: Description["inputs"]) => table(edges.map((edge) => [`${edge.name}  ${spec(edge)}`]));
  return `inputs\n${lines(inputs)}\n\noutputs\n${lines(outputs)}`;
}
