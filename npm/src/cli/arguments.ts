import { parseArgs } from "node:util";
import type { Simd } from "../runtime/types.js";
import { Failure } from "./failure.js";
import { type Shapes, shapesOf } from "./shapes.js";

/** What to make: an npm package, a Cloudflare Worker, static files for a web server. */
export type Target = "npm" | "worker" | "page";

const TARGETS: readonly Target[] = ["npm", "worker", "page"];

export interface BuildArguments {
  command: "build";
  model: string;
  card: string | undefined;
  name: string | undefined;
  shapes: Shapes;
  out: string | undefined;
  targets: Target[];
  /** Make a folder for each target in `out`. */
  foldered: boolean;
  examples: string | undefined;
  /** The builds asked for; `undefined` for all that this Node can bake. */
  simd: Simd[] | undefined;
  trim: boolean;
  force: boolean;
}

export interface InspectArguments {
  command: "inspect";
  model: string;
  card: string | undefined;
  name: string | undefined;
  shapes: Shapes;
}

export interface ServeArguments {
  command: "serve";
  model: string;
  card: string | undefined;
  name: string | undefined;
  shapes: Shapes;
  examples: string | undefined;
  trim: boolean;
  port: number;
}

export type Arguments = BuildArguments | ServeArguments | InspectArguments | { command: "help" } | { command: "version" };

export const HELP = `onnxlet: turns a trained ONNX model into one small WebAssembly module that predicts

  onnxlet build model.onnx     makes what --target says: the model baked in, the rest of the engine trimmed away
    --card card.json           what a signature can't say: labels, how an image becomes the input, feature names
    --name name                the model's name; by default the card's, or the file's
    --shape input=N,3,48,192   sizes for what the model leaves open and needs fixed; a name stays open; may be repeated
    --out folder               by default onnxlet-<name>
    --target npm|worker|page|all   npm: a package to install or publish (default); worker: a folder that
                               \`npx wrangler deploy\` takes; page: static files for any web server
    --examples path            JSON bodies or pictures, a file or a folder: what the model is really asked
    --simd relaxed|baseline|both   of npm and page; by default all that this Node can bake (relaxed needs Node 22 or newer)
    --no-trim                  keep the whole engine in one module
    --force                    replace an output folder of an earlier build

  onnxlet serve model.onnx     bakes the Worker and serves it on this machine, in workerd, by wrangler
    --port number              by default 8787
    --card card.json, --name name, --shape input=N,3,48,192, --examples path, --no-trim

  onnxlet inspect model.onnx   prints signature, operators, parameters, what is unsupported and why, a suggested card
    --card card.json, --name name, --shape input=N,3,48,192
`;

const OPTIONS = {
  card: { type: "string" },
  name: { type: "string" },
  shape: { type: "string", multiple: true },
  out: { type: "string" },
  target: { type: "string" },
  examples: { type: "string" },
  simd: { type: "string" },
  "no-trim": { type: "boolean", default: false },
  force: { type: "boolean", default: false },
  port: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", short: "v", default: false },
} as const;

/** The options of each command. */
const OPTIONS_OF = new Map<string, readonly string[]>(Object.entries({
  build: ["card", "name", "shape", "out", "target", "examples", "simd", "no-trim", "force"],
  serve: ["card", "name", "shape", "examples", "no-trim", "port"],
  inspect: ["card", "name", "shape"],
}));

/** What the command line asks for. */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parsed(args);
  const [command, model, ...more] = positionals;
  if (values.version) return { command: "version" };
  if (values.help || command === undefined || command === "help") return { command: "help" };
  const own = OPTIONS_OF.get(command);
  if (!own) throw usage(`expected build, serve or inspect, got ${JSON.stringify(command)}`);
  if (model === undefined) throw usage(`${command}: expected the path of an ONNX model, got nothing`);
  if (more.length > 0) throw usage(`${command}: expected one model, got ${JSON.stringify(more[0])} too`);
  const foreign = Object.entries(values).find(([key, value]) => value && !own.includes(key));
  if (foreign) throw usage(`${command}: --${foreign[0]} is an option of ${commandsWith(foreign[0])}`);
  const { card, name, out, examples, force } = values;
  const shapes = shapesOf(values.shape ?? []);
  if (command === "inspect") return { command, model, card, name, shapes };
  const trim = !values["no-trim"];
  if (command === "serve") return { command, model, card, name, shapes, examples, trim, port: portOf(values.port) };
  const [targets, simd] = [targetsOf(values.target), simdOf(values.simd)];
  const foldered = values.target === "all";
  return { command: "build", model, card, name, shapes, out, targets, foldered, examples, simd, trim, force };
}

function commandsWith(option: string): string {
  return [...OPTIONS_OF].filter(([, options]) => options.includes(option)).map(([command]) => command).join(" and ");
}

function portOf(port = "8787"): number {
  const number = Number(port);
  if (/^\d+$/.test(port) && number >= 1 && number <= 65535) return number;
  throw usage(`--port: expected a whole number from 1 to 65535, got ${JSON.stringify(port)}`);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message.replace(/\. To specify a positional.*/, ""));
  }
}

function targetsOf(target = "npm"): Target[] {
  if (target === "all") return [...TARGETS];
  const [known] = TARGETS.filter((name) => name === target);
  if (known) return [known];
  throw usage(`--target: expected ${TARGETS.join(", ")} or all, got ${JSON.stringify(target)}`);
}

function simdOf(simd: string | undefined): Simd[] | undefined {
  if (simd === undefined) return undefined;
  if (simd === "both") return ["relaxed", "baseline"];
  if (simd === "relaxed" || simd === "baseline") return [simd];
  throw usage(`--simd: expected relaxed, baseline or both, got ${JSON.stringify(simd)}`);
}

function usage(message: string): Failure {
  return new Failure(`${message}\nRun onnxlet --help to see what there is.`);
}
