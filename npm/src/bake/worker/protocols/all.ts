import type { Description } from "../../../assemble/card.js";
import type { Sizes } from "../../examples/sizes.js";
import type { HttpCall } from "../http-call.js";
import { inferenceCalls } from "./inference.js";
import { mlflowCalls } from "./mlflow.js";
import { pathCalls } from "./paths.js";
import { tensorflowCalls } from "./tensorflow.js";
import { tensorsOf } from "./tensor.js";

/** Longer bodies are left out: they run what shorter ones do, and take as long to bake as they are. */
const LONGEST = 8 << 20;

/** Requests of every protocol for a model, whose tensors may have these sizes. */
export function protocolCalls(description: Description, sizes: readonly Sizes[]): HttpCall[] {
  const sets = sizes.map((one, at) => tensorsOf(description.inputs, one, 100 + 10 * at));
  const calls = [inferenceCalls, tensorflowCalls, mlflowCalls].flatMap((callsOf) => callsOf(description, sets));
  return [...pathCalls(description), ...calls].filter(({ body }) => typeof body === "string" || body.length <= LONGEST);
}
