import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { assemble } from "../assemble/assemble.js";
import { exampleInput } from "../assemble/examples.js";
import type { Description } from "../assemble/card.js";
import { OnnxletError } from "../runtime/errors.js";
import type { BuildArguments, Target } from "./arguments.js";
import { type BakedBuild, bakeBuilds, chooseBuilds } from "./builds.js";
import { readCard } from "./card-file.js";
import { readExamples } from "./examples-files.js";
import { Failure } from "./failure.js";
import { measure, type Measured } from "./measure.js";
import { readModel } from "./model-file.js";
import { checkFolder, clearFolder, REPORT } from "./out-folder.js";
import { writePage } from "./page/page.js";
import { Progress } from "./progress.js";
import { reportOf } from "./report.js";
import { licenses, picturesResource, type PicturesResource, RUNTIME } from "./resources.js";
import { sizes, times } from "./summary.js";

/** Builds what was asked for from an ONNX model, and says what it made. */
export async function build(asked: BuildArguments): Promise<void> {
  const simd = chooseBuilds(asked.simd);
  const { bytes, onnx } = await readModel(asked.model);
  const inside = onnx.metadata.includes("onnxlet.card");
  const card = await readCard({ path: asked.card, name: asked.name, model: asked.model, inside });
  const examples = await readExamples(asked.examples);
  const early = asked.out ?? (card && `onnxlet-${(JSON.parse(card) as { name: string }).name}`);
  if (early) await checkFolder(early, asked.force);
  const progress = new Progress();
  const pictures = await picturesResource();
  const baking = { simd, model: bytes, card, examples, pictures, trim: asked.trim };
  const builds = await bakeBuilds(baking, progress).catch((error: unknown) => {
    throw refusal(error, asked);
  });
  const [first] = builds;
  if (!first) throw new Error("no build was made");
  const description = described(first);
  const out = early || `onnxlet-${description.name}`;
  if (!early) await checkFolder(out, asked.force);
  await write(asked, { builds, description, pictures }, out, progress);
}

/** A baked model, and what its packages hold beside it. */
interface Baking {
  builds: readonly BakedBuild[];
  description: Description;
  pictures: PicturesResource;
}

function described({ description }: BakedBuild): Description {
  return description as Description;
}

/** What the engine says of a model or card, with the file that it is about. */
function refusal(error: unknown, { model, card }: BuildArguments): unknown {
  if (!(error instanceof OnnxletError)) return error;
  return new Failure(error.code === "card" ? `${card ?? "the card"}: ${error.message}` : `${model}: ${error.message}`);
}

async function write(asked: BuildArguments, model: Baking, out: string, progress: Progress): Promise<void> {
  const { builds, description } = model;
  await clearFolder(out);
  const made: Made[] = [];
  for (const target of asked.targets) {
    progress.begin(`writing the ${target === "npm" ? "package" : "page"}`);
    made.push(await writeTarget(target, asked.foldered ? join(out, target) : out, model));
  }
  await writeFile(join(out, REPORT), `${JSON.stringify(reportOf(builds), null, 2)}\n`);
  progress.begin("measuring");
  const measured = await measuredBuilds(made[0] as Made, builds);
  progress.end();
  for (const { target, folder, files, packageFolder } of made) {
    console.log(`\n${folder}${asked.foldered ? ` (${target})` : ""}\n${await sizes(packageFolder, files)}`);
  }
  if (measured.length > 0) console.log(`\n${times(measured)}`);
  tellMisses(builds);
  console.log(`\n${made.map((each) => commands(each, description)).join("\n")}`);
}

/** What was written for a target. */
interface Made {
  target: Target;
  folder: string;
  /** Where the package is: for a page, in its folder. */
  packageFolder: string;
  /** The package's files. */
  files: string[];
}

async function writeTarget(target: Target, folder: string, model: Baking): Promise<Made> {
  const { builds, description, pictures } = model;
  const packageFolder = target === "npm" ? folder : join(folder, "model");
  const files = await assemble({
    description,
    builds: builds.map(({ simd, glue, full, lean }) => ({ simd, glue, full, lean: lean?.wasm })),
    pictures,
    runtime: RUNTIME,
    licenses: await licenses(),
    out: packageFolder,
  });
  if (target === "page") await writePage(folder, description);
  return { target, folder, packageFolder, files };
}

async function measuredBuilds({ packageFolder }: Made, builds: readonly BakedBuild[]) {
  const measured: { simd: BakedBuild["simd"]; times: Measured }[] = [];
  for (const { simd, sample } of builds) {
    if (sample) measured.push({ simd, times: await measure(packageFolder, simd, sample.input) });
  }
  return measured;
}

function tellMisses(builds: readonly BakedBuild[]): void {
  for (const { simd, lean, sample } of builds) {
    if (!sample) {
      console.log(`\n${simd}: the model answered none of the generated examples; give some it answers with --examples`);
    }
    if (lean && lean.missed.length > 0) {
      console.log(`\n${simd}: the lean module leaves ${lean.missed.length} examples to the full one: ${lean.missed[0]} …`);
    }
  }
}

function commands({ target, folder }: Made, description: Description): string {
  const path = `./${relative(".", folder)}`;
  if (target === "page") return `Try the page:\n  npx http-server ${path}     (or any other web server)`;
  const { before, argument } = exampleInput(description);
  const node = before.length > 0 ? "see its README.md for a first program" : oneLiner(description, argument);
  return `Try the package:\n  npm install ${path}\n  ${node}\nPublish it: npm publish ${path}`;
}

function oneLiner({ name }: Description, argument: string): string {
  const program = `import { load } from "onnxlet-${name}"; console.log(await (await load()).predict(${argument}))`;
  return `node --input-type=module --eval '${program}'`;
}
