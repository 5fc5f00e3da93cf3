// Bodies of POST /predict: the examples of the engine as a client would send them, and JSON in every spelling.
import type { TensorSpec } from "../../runtime/types.js";
import type { Example } from "../examples/example.js";
import { PICTURES } from "../examples/pictures.js";
import { shapeOf, type Sizes } from "../examples/sizes.js";
import { jsonOf } from "./json.js";

/** A body and its type. */
export interface Body {
  about: string;
  type: string;
  bytes: Uint8Array;
}

/** Longer texts are left out: they run what shorter ones do, and take as long to bake as they are. */
const LONGEST = 8 << 20;

/** The examples as bodies, each text once; those that only JavaScript can say are left out. */
export function bodiesOf(examples: readonly Example[]): Body[] {
  const bodies = examples.flatMap((example) => bodyOf(example) ?? []);
  const texts = new Set<string>();
  return bodies.filter(({ type, bytes }) => {
    if (type !== JSON_TYPE) return true;
    const text = new TextDecoder().decode(bytes);
    return text.length <= LONGEST && !texts.has(text) && texts.add(text);
  });
}

const JSON_TYPE = "application/json";

function json(about: string, text: string): Body {
  return { about, type: JSON_TYPE, bytes: new TextEncoder().encode(text) };
}

function bodyOf({ about, input, options }: Example): Body | undefined {
  if (input instanceof Uint8Array) return { about, type: pictureType(input), bytes: input };
  const text = jsonOf(options === undefined ? input : enveloped(input, options));
  return text === undefined ? undefined : json(about, text);
}

/** Options beside the input are fields of the envelope in JSON. */
function enveloped(input: unknown, options: Example["options"]): unknown {
  const { topK, outputs } = (options ?? {}) as { topK?: unknown; outputs?: unknown };
  const inside = typeof input === "object" && input !== null && "inputs" in input ? input : { inputs: input };
  return { ...inside, ...(outputs !== undefined && { outputs }), ...(topK !== undefined && { top_k: topK }) };
}

/** What a client would say that it sends; the decoder looks at the bytes themselves. */
export function pictureType(bytes: Uint8Array): string {
  if (bytes[0] === 0xff) return "image/jpeg";
  return bytes[0] === 0x52 ? "image/webp" : "image/png";
}

/** Numbers as clients write them, all of them finite. */
export const NUMBERS = [
  ..."0 -0 -0.0 1 10 007e0 255 0.1 -1.5 3.141592653589793238462643383 1e3 1E+2 2.5e-1 1e-7 -1.5E-07 1e22 1e23 1e-400".split(" "),
  ..."2.2250738585072014e-308 4.9e-324 123456789012345678901234567890 0.000000000000000000000000000001 9007199254740993".split(" "),
  ..."18446744073709551615 18446744073709551616 -9223372036854775808 -9223372036854775809 179769313486231570000e289".split(" "),
].filter((number) => !number.startsWith("00"));

/** Right and wrong JSON in every spelling, for a model's first input. */
export function spellings(inputs: readonly TensorSpec[], sizes: Sizes): Body[] {
  const [first] = inputs;
  if (!first) return [];
  const shape = shapeOf(first, sizes);
  const count = shape.reduce((product, size) => product * size, 1);
  if (count > 1 << 18) return broken();
  const numbers = Array.from({ length: count }, (_, at) => NUMBERS[at % NUMBERS.length] ?? "0");
  const tensor = `{"data":[${numbers.join(",")}],"shape":[${shape.join(",")}]}`;
  const zeros = `[${Array.from({ length: count }, () => "0").join(",")}]`;
  const name = JSON.stringify(first.name);
  return [
    json("numbers in every spelling", `{${name}:${tensor}}`),
    // A small input takes only some of them at a time.
    ...NUMBERS.map((number) => json(`the number ${number}`, zeros.replace("0", number))),
    json("blanks of every kind", ` {\r\n\t${name} :\t${tensor.replaceAll(",", " ,\n ").replaceAll(":", "\t: ")} }\n`),
    json("escapes in a name", `{"${escaped(first.name)}":${zeros}}`),
    json("escapes of every kind", `{${name}:${zeros},"\\b\\f\\n\\r\\t\\"\\\\\\/\\u00e9\\ud83d\\ude00é😀":1}`),
    json("a text of every escape", `"\\b\\f\\n\\r\\t\\"\\\\\\/\\u00e9\\ud83d\\ude00é😀"`),
    ...Object.entries(PICTURES).slice(0, 3).map(([kind, text]) => {
      return json(`base64 picture with escaped slashes: ${kind}`, `{${name}:{"base64":"${text.replaceAll("/", "\\/")}"}}`);
    }),
    ...broken(),
  ];
}

function escaped(text: string): string {
  return Array.from(text, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}

/** What is no JSON, and JSON that is nothing here. */
export const BROKEN = [
  "", " \n", "hello", "[[0, 1], [2", "[1, 2,]", "[1] [2]", "[NaN]", "[-Infinity]", "[1e999]", "[-1e999]", "{'a': [0]}",
  "[0] // none", "[01]", "[1.]", "[.5]", "[1e]", "[-]", "[+1]", "[0x10]", "tru", "nul", "fals", "true", "{", '{"a"', '{"a":',
  '{"a":1,}', "{1:2}", '{"a" 1}', "[1 2]", '"', '"\\', '"\\x"', '"\\u12"', '"\\ud800"', '"\\ud800\\u0041"', '"\\udc00"',
  '"\u0001"', '"a\nb"', '{"a":1,"a":2}', "[".repeat(200), "[".repeat(200) + "]".repeat(200), '{"a":'.repeat(200), "\ufeff[1]",
];

function broken(): Body[] {
  const invalid = Uint8Array.of(0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d);
  return [
    ...BROKEN.map((text) => json(`broken JSON: ${text.slice(0, 12)}`, text)),
    { about: "JSON that is not UTF-8", type: JSON_TYPE, bytes: invalid },
    { about: "a cut character", type: JSON_TYPE, bytes: Uint8Array.of(0x22, 0xc3) },
  ];
}
