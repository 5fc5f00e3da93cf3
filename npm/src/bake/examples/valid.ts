// Valid calls: every form of every input, bare, by name and in an envelope, and every option.
import type { Description } from "../../assemble/card.js";
import type { Example } from "./example.js";
import type { Form } from "./forms.js";

/** Calls that between them use each form of each input; `forms` has those of each input in turn. */
export function validCalls({ inputs, outputs }: Description, forms: readonly Form[][]): Example[] {
  const most = Math.max(...forms.map(({ length }) => length));
  const names = inputs.map(({ name }) => name);
  const named = Array.from({ length: most }, (_, at) => byName(names, forms, at));
  const plain = named[0]?.input;
  const bare = inputs.length === 1 ? (forms[0] ?? []).map(({ about, value }) => ({ about, input: value })) : [];
  const enveloped = named.slice(0, 4).map(({ about, input }) => ({ about: `${about}, enveloped`, input: { inputs: input } }));
  return [...named, ...bare, ...enveloped, ...withOptions(plain, outputs.map(({ name }) => name))];
}

/**
 * The same calls, most of which ask for an output that there isn't: their inputs are converted, then they are refused
 * without running the model. What runs it is the first call and, of the first size, the first picture, arrays without a name, and the options.
 */
export function convertedOnly(calls: readonly Example[], isFirst: boolean): Example[] {
  const picture = calls.findIndex(({ about }) => about.includes("picture"));
  return calls.map((call, at) => {
    const runs = at === picture || UNNAMED.includes(call.about) || isOption(call);
    if (at === 0 || (isFirst && runs)) return call;
    return { ...call, options: { ...call.options, outputs: ["no such output"] } };
  });
}

/** Forms that begin otherwise than a call by name. */
const UNNAMED = ["nested arrays", "a flat array"];

function isOption({ options, input }: Example): boolean {
  return options !== undefined || (typeof input === "object" && input !== null && "top_k" in input);
}

function byName(names: readonly string[], forms: readonly Form[][], at: number): Example {
  const chosen = forms.map((own) => own[at % own.length] as Form);
  const input = Object.fromEntries(chosen.map(({ value }, index) => [names[index], value]));
  return { about: `by name: ${chosen.map(({ about }) => about).join(", ")}`, input };
}

function withOptions(input: unknown, outputs: readonly string[]): Example[] {
  const reversed = [...outputs].reverse();
  const inside = { inputs: input, outputs: reversed, top_k: 2 };
  return [
    { about: "topK 1", input, options: { topK: 1 } },
    { about: "topK beyond the labels", input, options: { topK: 100000 } },
    { about: "all outputs asked for", input, options: { topK: 2, outputs: reversed } },
    { about: "an output asked for twice", input, options: { outputs: [...outputs, ...reversed] } },
    { about: "options left open", input, options: {} },
    ...outputs.map((name) => ({ about: `output ${name} asked for`, input, options: { outputs: [name] } })),
    { about: "options in the envelope", input: inside },
    { about: "options in the envelope and beside it", input: inside, options: { topK: 1, outputs } },
  ];
}
