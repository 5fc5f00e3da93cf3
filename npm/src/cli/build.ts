import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { assemble } from "../assemble/assemble.js";
import { exampleInput } from "../assemble/examples.js";
import type { Description } from "../assemble/card.js";
import { OnnxletError } from "../runtime/errors.js";
import type { BuildArguments, Target } from "./arguments.js";
import type { BakedWorker } from "../bake/worker/bake.js";
import { type BakedBuild, bakeBuilds, type Baking, chooseBuilds } from "./builds.js";
import { readCard } from "./card-file.js";
import { readExamples } from "./examples-files.js";
import { Failure } from "./failure.js";
import { measure } from "./measure.js";
import { readModel } from "./model-file.js";
import { checkFolder, clearFolder, REPORT } from "./out-folder.js";
import { writePage } from "./page/page.js";
import { Progress } from "./progress.js";
import { reportOf } from "./report.js";
import { licenses, picturesResource, type PicturesResource, RUNTIME } from "./resources.js";
import { type MeasuredBuild, sizes, times, workerSizes } from "./summary.js";
import { bakeWorkerBuild } from "./worker/bake.js";
import { writeWorker } from "./worker/folder.js";
import { measureWorker } from "./worker/measure.js";
import { curl } from "./worker/readme.js";

/** Builds what was asked for from an ONNX model, and says what it made. */
export async function build(asked: BuildArguments): Promise<void> {
  const packaged = asked.targets.some((target) => target !== "worker");
  const simd = packaged ? chooseBuilds(asked.simd) : [];
  const { bytes, onnx } = await readModel(asked.model);
  const inside = onnx.metadata["onnxlet.card"];
  const card = await readCard({ path: asked.card, name: asked.name, model: asked.model, inside, shapes: asked.shapes });
  const examples = await readExamples(asked.examples);
  const early = asked.out ?? (card && `onnxlet-${(JSON.parse(card) as { name: string }).name}`);
  if (early) await checkFolder(early, asked.force);
  const progress = new Progress();
  const pictures = await picturesResource();
  const baking = { model: bytes, card, examples, pictures, trim: asked.trim };
  const baked = await bakeAll(asked.targets, { ...baking, simd }, progress).catch((error: unknown) => {
    throw refusal(error, asked);
  });
  const description = described(baked);
  const out = early || `onnxlet-${description.name}`;
  if (!early) await checkFolder(out, asked.force);
  await write(asked, { ...baked, description, pictures }, out, progress);
}

/** All that is to be written. */
interface Products extends BakedAll {
  description: Description;
  pictures: PicturesResource;
}

/** What was baked: the builds of packages and pages, and the Worker. */
interface BakedAll {
  builds: BakedBuild[];
  worker: BakedWorker | undefined;
}

async function bakeAll(targets: readonly Target[], baking: Baking, progress: Progress): Promise<BakedAll> {
  const builds = await bakeBuilds(baking, progress);
  return { builds, worker: targets.includes("worker") ? await bakeWorkerBuild(baking, progress) : undefined };
}

function described({ builds, worker }: BakedAll): Description {
  const [first = worker] = builds;
  if (!first) throw new Error("nothing was baked");
  return first.description as Description;
}

/** What the engine says of a model or card, with the file that it is about. */
export function refusal(error: unknown, { model, card }: { model: string; card: string | undefined }): unknown {
  if (!(error instanceof OnnxletError)) return error;
  return new Failure(error.code === "card" ? `${card ?? "the card"}: ${error.message}` : `${model}: ${error.message}`);
}

async function write(asked: BuildArguments, baked: Products, out: string, progress: Progress): Promise<void> {
  const { description } = baked;
  await clearFolder(out);
  const made: Made[] = [];
  for (const target of asked.targets) {
    progress.begin(`writing the ${target === "npm" ? "package" : target}`);
    made.push(await writeTarget(target, asked.foldered ? join(out, target) : out, baked));
  }
  await writeFile(join(out, REPORT), `${JSON.stringify(reportOf(baked.builds, baked.worker), null, 2)}\n`);
  progress.begin("measuring");
  const measured = await measuredAll(made, baked);
  progress.end();
  for (const { target, folder, sizes } of made) {
    console.log(`\n${folder}${asked.foldered ? ` (${target})` : ""}\n${sizes}`);
  }
  if (measured.length > 0) console.log(`\n${times(measured)}`);
  tellMisses(baked);
  console.log(`\n${made.map((each) => commands(each, description)).join("\n")}`);
}

/** What was written for a target. */
interface Made {
  target: Target;
  folder: string;
  /** Where the package is: for a page, in its folder. */
  packageFolder: string;
  /** A table of files. */
  sizes: string;
}

async function writeTarget(target: Target, folder: string, baked: Products): Promise<Made> {
  if (target === "worker") return writeWorkerTarget(folder, baked.worker);
  const { description, pictures } = baked;
  const packageFolder = target === "npm" ? folder : join(folder, "model");
  const files = await assemble({
    description,
    builds: baked.builds.map(({ simd, glue, full, lean }) => ({ simd, glue, full, lean: lean?.wasm })),
    pictures,
    runtime: RUNTIME,
    licenses: await licenses(),
    out: packageFolder,
  });
  if (target === "page") await writePage(folder, description);
  return { target, folder, packageFolder, sizes: await sizes(packageFolder, files) };
}

async function writeWorkerTarget(folder: string, worker: BakedWorker | undefined): Promise<Made> {
  if (!worker) throw new Error("no Worker was baked");
  const files = await writeWorker(folder, worker);
  return { target: "worker", folder, packageFolder: folder, sizes: await workerSizes(folder, files) };
}

async function measuredAll(made: readonly Made[], { builds, worker }: BakedAll): Promise<MeasuredBuild[]> {
  const measured: MeasuredBuild[] = [];
  const packaged = made.find(({ target }) => target !== "worker");
  for (const { simd, sample } of packaged ? builds : []) {
    if (sample && packaged) measured.push({ build: simd, times: await measure(packaged.packageFolder, simd, sample.input) });
  }
  const folder = made.find(({ target }) => target === "worker")?.folder;
  if (folder && worker?.sample) measured.push({ build: "worker", times: await measureWorker(folder, worker.sample) });
  return measured;
}

function tellMisses({ builds, worker }: BakedAll): void {
  const all = [...builds.map((build) => ({ ...build, name: build.simd })), ...(worker ? [{ ...worker, name: "worker" }] : [])];
  for (const { name, lean, sample } of all) {
    if (!sample) {
      console.log(`\n${name}: the model answered none of the generated examples; give some it answers with --examples`);
    }
    if (lean && lean.missed.length > 0) {
      console.log(`\n${name}: the lean module leaves ${lean.missed.length} examples to the full one: ${lean.missed[0]} …`);
    }
  }
  const [panicked] = worker?.panicked ?? [];
  if (panicked !== undefined) console.log(`\nworker: the engine panics at a request, which gets 500: ${panicked}`);
}

function commands({ target, folder }: Made, description: Description): string {
  const path = `./${relative(".", folder)}`;
  if (target === "worker") {
    return `Try the Worker:\n  cd ${path} && npx wrangler dev\n  ${curl(description)}\nDeploy it: npx wrangler deploy`;
  }
  if (target === "page") return `Try the page:\n  npx http-server ${path}     (or any other web server)`;
  const { before, argument } = exampleInput(description);
  const node = before.length > 0 ? "see its README.md for a first program" : oneLiner(description, argument);
  return `Try the package:\n  npm install ${path}\n  ${node}\nPublish it: npm publish ${path}`;
}

function oneLiner({ name }: Description, argument: string): string {
  const program = `import { load } from "onnxlet-${name}"; console.log(await (await load()).predict(${argument}))`;
  return `node --input-type=module --eval '${program}'`;
}
