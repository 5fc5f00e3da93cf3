// TensorFlow Serving's REST interface: by rows and by columns, classes, every refusal.
import { type Description, inputCard, labelled } from "../../../assemble/card.js";
import { PICTURES } from "../../examples/pictures.js";
import { BROKEN, NUMBERS } from "../bodies.js";
import { call } from "../heads.js";
import type { HttpCall } from "../http-call.js";
import { damagedTexts } from "./damaged.js";
import { bytesOf, nestedOf, rowsOf, type Tensor } from "./tensor.js";

/** An example by the names of inputs. */
export type Row = Record<string, unknown>;

export function tensorflowCalls(description: Description, sets: readonly Tensor[][]): HttpCall[] {
  const { name, version } = description;
  const posted = (about: string, path: string, body: Uint8Array): HttpCall => ({ ...call(`serving, ${about}`, "POST", path), body });
  const ask = (about: string, verb: string, document: unknown) => posted(about, `/v1/models/${name}:${verb}`, bytesOf(document));
  const predicted = sets.flatMap((tensors, at) => {
    const rows = { instances: rowsByName(tensors) };
    const columns = { inputs: Object.fromEntries(tensors.map((tensor) => [tensor.spec.name, nestedOf(tensor)])) };
    const [only] = tensors;
    const bare = tensors.length === 1 && only ? [ask("bare rows", "predict", { instances: nestedOf(only) }), ask("a bare column", "predict", { inputs: nestedOf(only) })] : [];
    const calls = [ask("rows", "predict", rows), ask("columns", "predict", columns), ...bare];
    if (at > 0) return calls;
    const verbs = ["classify", "regress"].flatMap((verb) => [
      ask("examples", verb, { examples: rows.instances }),
      ask("examples in a context", verb, { signature_name: "", context: rows.instances[0], examples: rows.instances.map(() => ({})) }),
      posted("a version's", `/v1/models/${name}/versions/${encodeURIComponent(version)}:${verb}`, bytesOf({ examples: rows.instances })),
    ]);
    return [
      ...calls,
      ...verbs,
      ask("a signature", "predict", { signature_name: "serving_default", ...rows }),
      ask("another signature", "predict", { signature_name: "é", ...rows }),
      ask("rows twice", "predict", { instances: [...rows.instances, ...rows.instances] }),
      ask("both", "predict", { ...rows, ...columns }),
      posted("a version's", `/v1/models/${name}/versions/${encodeURIComponent(version)}:predict`, bytesOf(columns)),
      posted("another version's", `/v1/models/${name}/versions/99:predict`, bytesOf(columns)),
      posted("another model's", "/v1/models/no-such-model:predict", bytesOf(columns)),
    ];
  });
  const documents = [...refusals(sets[0] ?? []), ...encoded(description, sets[0] ?? [])];
  const verbs = labelled(description) ? ["predict", "classify"] : ["predict"];
  return [
    ...predicted,
    ...documents.map((document) => ask("a form", "predict", document)),
    ...examples().map((document) => ask("a form", "classify", document)),
    ...verbs.flatMap((verb) => texts().map((text) => posted("broken", `/v1/models/${name}:${verb}`, new TextEncoder().encode(text)))),
  ];
}

/** Each example as an object. */
export function rowsByName(tensors: readonly Tensor[]): Row[] {
  const columns = tensors.map((tensor) => [tensor.spec.name, rowsOf(tensor)] as const);
  const count = Math.min(...columns.map(([, rows]) => rows.length));
  return Array.from({ length: count }, (_, at) => Object.fromEntries(columns.map(([name, rows]) => [name, rows[at]])));
}

/** Examples as records, where the card names features. */
export function records(description: Description, tensors: readonly Tensor[]): Row[] {
  return rowsByName(tensors).map((row) => {
    const entries = Object.entries(row).flatMap(([name, value]): [string, unknown][] => {
      const { features } = inputCard(description, name);
      return features && Array.isArray(value) ? features.map((feature, at) => [feature.name, value.flat(9)[at]]) : [[name, value]];
    });
    return Object.fromEntries(entries);
  });
}

/** Pictures and texts as bytes, records. */
function encoded(description: Description, tensors: readonly Tensor[]): unknown[] {
  const row = rowsByName(tensors)[0];
  if (!row) return [];
  const given = records(description, tensors);
  const bytes = [...Object.values(PICTURES).slice(0, 2), "YQ==", "/w==", "!", "", 3, null, ["YQ=="]].map((b64) => ({ b64 }));
  const forms = tensors.flatMap(({ spec: { name } }) => bytes.flatMap((one) => [
    { instances: [{ ...row, [name]: one }, { ...row, [name]: one }] },
    { instances: [{ ...row, [name]: [one, one] }] },
    { inputs: { ...row, [name]: one } },
    { inputs: { ...row, [name]: [one, one] } },
  ]));
  const bare = tensors.length === 1 ? bytes.flatMap((one) => [{ instances: [one, one] }, { instances: [[one], [one]] }, { inputs: one }, { inputs: [one] }]) : [];
  return [{ instances: given }, { instances: given.map((record) => ({ ...record, more: 1 })) }, { instances: [{}] }, ...forms, ...bare];
}

function refusals(tensors: readonly Tensor[]): unknown[] {
  const [row] = rowsByName(tensors);
  return [
    {}, [], null, 3, "a", { instances: 3 }, { instances: [] }, { instances: {} }, { instances: "a" }, { instances: [[1, 2], [3]] }, { instances: [1, 2, 3, 4] },
    { instances: [{ ...row, more: 1 }] }, { instances: [row, 1] }, { instances: [row, {}] }, { instances: [{}, row] }, { instances: [row, [row]] }, { instances: [[[row]]] },
    { instances: [0.5, "a", true, null] }, { inputs: 3 }, { inputs: { more: 1 } }, { inputs: {} }, { inputs: [[1], 2] }, { signature_name: 3 }, { signature_name: null, instances: [[]] },
    { instances: null, inputs: null }, { more: { a: [1, "b", null, true] }, inputs: [] },
  ];
}

function examples(): unknown[] {
  return [{}, [], { examples: 3 }, { examples: [] }, { examples: [{}] }, { context: 1, examples: [{}] }, { context: {}, examples: [1] }, { context: { a: 1 }, examples: [{ a: 2 }, { b: 3 }] }, { examples: [{}], signature_name: "a" }];
}

/** What is no JSON, and JSON in every spelling before something that is wrong: it is read twice. */
function texts(): string[] {
  const spelled = `[${NUMBERS.join(",")},"\\u00e9\\n",true,false,null,{"a":[1]},[[],[0.5]]]`;
  const fields = ["instances", "inputs", "examples", "context", "more"].map((name) => `"${name}":${spelled}`);
  const whole = ['{"signature_name":"a","instances":[{"x":[1,-2.5]},{"x":[3,4]}]}', '{"inputs":{"x":{"b64":"YQ=="}}}', '{"context":{"a":1},"examples":[{"b":["c",true]}]}'];
  return [...BROKEN.filter((text) => text !== ""), ...whole.flatMap(damagedTexts), `{${fields.join(",")},"signature_name":3}`, '{"instances":1,"instances":2}'];
}
