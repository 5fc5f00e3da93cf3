import { parseArgs } from "node:util";
import type { Simd } from "../runtime/types.js";
import { Failure } from "./failure.js";

/** What to make: an npm package, static files for a web server, or both. */
export type Target = "npm" | "page";

export interface BuildArguments {
  command: "build";
  model: string;
  card: string | undefined;
  name: string | undefined;
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
}

export type Arguments = BuildArguments | InspectArguments | { command: "help" } | { command: "version" };

export const HELP = `onnxlet: turns a trained ONNX model into one small WebAssembly module that predicts

  onnxlet build model.onnx     makes a package: the model baked in, the rest of the engine trimmed away
    --card card.json           what a signature can't say: labels, how an image becomes the input, feature names
    --name name                the model's name; by default the card's, or the file's
    --out folder               by default onnxlet-<name>
    --target npm|page|all      npm: a package to install or publish; page: static files for any web server (default: npm)
    --examples path            JSON bodies or pictures, a file or a folder: what the model is really asked
    --simd relaxed|baseline|both   by default all that this Node can bake (relaxed needs Node 22 or newer)
    --no-trim                  keep the whole engine in one module
    --force                    replace an output folder of an earlier build

  onnxlet inspect model.onnx   prints signature, operators, parameters, what is unsupported and why, a suggested card
    --card card.json, --name name
`;

const OPTIONS = {
  card: { type: "string" },
  name: { type: "string" },
  out: { type: "string" },
  target: { type: "string" },
  examples: { type: "string" },
  simd: { type: "string" },
  "no-trim": { type: "boolean", default: false },
  force: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", short: "v", default: false },
} as const;

const FOR_INSPECT = ["card", "name"];

/** What the command line asks for. */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parsed(args);
  const [command, model, ...more] = positionals;
  if (values.version) return { command: "version" };
  if (values.help || command === undefined || command === "help") return { command: "help" };
  if (command !== "build" && command !== "inspect") throw usage(`expected build or inspect, got ${JSON.stringify(command)}`);
  if (model === undefined) throw usage(`${command}: expected the path of an ONNX model, got nothing`);
  if (more.length > 0) throw usage(`${command}: expected one model, got ${JSON.stringify(more[0])} too`);
  const { card, name, out, examples, force } = values;
  if (command === "inspect") {
    const foreign = Object.entries(values).find(([key, value]) => value && !FOR_INSPECT.includes(key));
    if (foreign) throw usage(`inspect: --${foreign[0]} is an option of build`);
    return { command, model, card, name };
  }
  const [targets, simd] = [targetsOf(values.target), simdOf(values.simd)];
  const foldered = values.target === "all";
  return { command, model, card, name, out, targets, foldered, examples, simd, trim: !values["no-trim"], force };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message.replace(/\. To specify a positional.*/, ""));
  }
}

function targetsOf(target = "npm"): Target[] {
  if (target === "all") return ["npm", "page"];
  if (target === "npm" || target === "page") return [target];
  throw usage(`--target: expected npm, page or all, got ${JSON.stringify(target)}`);
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
