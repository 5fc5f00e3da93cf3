#!/usr/bin/env node
import { OnnxletError } from "../runtime/errors.js";
import { HELP, parseArguments } from "./arguments.js";
import { build } from "./build.js";
import { Failure } from "./failure.js";
import { inspect } from "./inspect.js";
import { version } from "./resources.js";
import { serve } from "./serve.js";

async function run(args: readonly string[]): Promise<void> {
  const asked = parseArguments(args);
  if (asked.command === "help") console.log(HELP);
  else if (asked.command === "version") console.log(await version());
  else if (asked.command === "build") await build(asked);
  else await (asked.command === "serve" ? serve(asked) : inspect(asked));
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure || error instanceof OnnxletError)) throw error;
  console.error(`onnxlet: ${error.message}`);
  process.exitCode = 1;
}
