// The Open Inference Protocol: every form of tensor, every parameter, every refusal.
import type { Description } from "../../../assemble/card.js";
import type { Dtype } from "../../../runtime/types.js";
import { BROKEN, NUMBERS } from "../bodies.js";
import { call, type Headers } from "../heads.js";
import type { HttpCall } from "../http-call.js";
import { damagedTexts } from "./damaged.js";
import { binaryOf, bytesOf, concatenated, nestedOf, type Tensor } from "./tensor.js";

const DATATYPES: Readonly<Record<Dtype, string>> = {
  float16: "FP16", float32: "FP32", float64: "FP64", int8: "INT8", int16: "INT16", int32: "INT32", int64: "INT64",
  uint8: "UINT8", uint16: "UINT16", uint32: "UINT32", uint64: "UINT64", bool: "BOOL", string: "BYTES",
};

/** The requests; the first tensors are those that the refusals are made of. */
export function inferenceCalls({ name, version, outputs }: Description, sets: readonly Tensor[][]): HttpCall[] {
  const path = `/v2/models/${name}/infer`;
  const names = outputs.map(({ name }) => name);
  const asked = (about: string, body: Uint8Array, headers: Headers = []): HttpCall => ({ ...call(`inference, ${about}`, "POST", path, headers), body });
  const json = (about: string, document: unknown) => asked(about, bytesOf(document), [["content-type", "application/json"]]);
  const first = sets[0];
  if (!first) return [];
  const answered = sets.flatMap((tensors, at) => {
    const flat = tensors.map((tensor) => described(tensor, tensor.values.data));
    const calls = [json("flat", { id: `é ${at}`, inputs: flat, parameters: { priority: 1 } }), binary(asked, "both ways", tensors, { parameters: { binary_data_output: true } })];
    if (at > 0) return calls;
    const mixed = names.map((name, index) => ({ name, parameters: { binary_data: index % 2 === 0 } }));
    const classes = [1, 3, 100_000].flatMap((classification) => [true, false].map((binary_data) => names.map((name) => ({ name, parameters: { classification, binary_data } }))));
    return [
      ...calls,
      json("nested", { inputs: tensors.map((tensor) => described(tensor, nestedOf(tensor))), outputs: [] }),
      binary(asked, "in binary", tensors, { outputs: [...mixed].reverse() }),
      json("mixed outputs", { inputs: flat, outputs: mixed, parameters: null, id: null }),
      ...names.map((name) => json(`only ${name}`, { inputs: flat, outputs: [{ name, parameters: null }] })),
      ...classes.flatMap((outputs) => outputs.map((output) => json("classified", { inputs: flat, outputs: [output] }))),
      { ...json("a version", { inputs: flat }), url: call("", "POST", `/v2/models/${name}/versions/${encodeURIComponent(version)}/infer`).url },
      { ...json("another version", { inputs: flat }), url: call("", "POST", `/v2/models/${name}/versions/99/infer`).url },
      { ...json("another model", { inputs: flat }), url: call("", "POST", "/v2/models/no-such-model/infer").url },
    ];
  });
  const refused = refusals(first).map(([about, document]) => json(about, document));
  return [...answered, ...refused, ...misfits(asked, first), ...texts(first).map((text) => asked("broken", new TextEncoder().encode(text)))];
}

type Ask = (about: string, body: Uint8Array, headers?: Headers) => HttpCall;

function described({ spec: { name, dtype }, values: { shape } }: Tensor, data: unknown) {
  return { name, shape, datatype: DATATYPES[dtype], data };
}

/** Tensors behind the JSON. */
function binary(asked: Ask, about: string, tensors: readonly Tensor[], more: object, change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes): HttpCall {
  const parts = tensors.map(binaryOf);
  const inputs = tensors.map((tensor, at) => {
    return { ...described(tensor, undefined), parameters: { binary_data_size: parts[at]?.length ?? 0 } };
  });
  const head = bytesOf({ inputs, ...more });
  return asked(about, concatenated([head, change(concatenated(parts))]), [["inference-header-content-length", String(head.length)]]);
}

/** Documents that are refused, and why. */
function refusals(tensors: readonly Tensor[]): [string, unknown][] {
  const inputs = tensors.map((tensor) => described(tensor, tensor.values.data));
  const [one, ...others] = inputs;
  const fields: [string, unknown][] = [
    ["datatype", "FP8"], ["datatype", 3], ["datatype", null], ["shape", [3, 5, 7]], ["shape", [-1]], ["shape", "wide"], ["shape", []], ["shape", [1e30]],
    ["shape", [[1]]], ["shape", null], ["shape", {}], ["data", null], ["data", []], ["data", [[1], 2]], ["data", { a: 1 }], ["data", "text"], ["data", [null]], ["data", [true, "a", 0.5, 1]],
    ["name", "no such input"], ["name", 3], ["name", undefined], ["parameters", 3], ["parameters", { binary_data_size: 1 }],
    ["parameters", { binary_data_size: -1 }], ["parameters", { binary_data_size: "1" }], ["more", { a: [1, "b", null, true, 0.5, -1] }],
  ];
  const changed = fields.map(([field, value]): [string, unknown] => [`the ${field} ${String(value)}`, { inputs: [{ ...one, [field]: value }, ...others] }]);
  const wrong: [string, unknown][] = [
    ["nothing", {}], ["a list", []], ["a text", "a"], ["null", null], ["a number", 1], ["no list", { inputs: 3 }], ["no inputs", { inputs: [] }],
    ["not objects", { inputs: [1] }], ["twice", { inputs: [...inputs, one] }], ["no data", { inputs: inputs.map(({ data: _, ...input }) => input) }],
    ["an id", { inputs, id: 3 }], ["outputs", { inputs, outputs: 3 }], ["an output", { inputs, outputs: [{ name: "no such output" }] }],
    ["an output's name", { inputs, outputs: [{ name: 3 }] }], ["an output's parameters", { inputs, outputs: [{ name: "a", parameters: 3 }] }],
    ["classification 0", { inputs, outputs: [{ name: "a", parameters: { classification: 0 } }] }], ["classification -1", { inputs, outputs: [{ name: "a", parameters: { classification: -1 } }] }],
    ["binary_data", { inputs, outputs: [{ name: "a", parameters: { binary_data: "yes" } }] }], ["parameters", { inputs, parameters: 3 }],
    ["binary_data_output", { inputs, parameters: { binary_data_output: 1 } }],
  ];
  return [...changed, ...wrong];
}

/** Bytes that don't fit what is said of them. */
function misfits(asked: Ask, tensors: readonly Tensor[]): HttpCall[] {
  const filled = (value: number) => (bytes: Uint8Array) => bytes.slice().fill(value);
  const changes: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ["too few bytes", (bytes) => bytes.subarray(1)],
    ["too many bytes", (bytes) => concatenated([bytes, bytes])],
    ["bytes of ones", filled(0xff)],
    ["bytes of twos", filled(2)],
    ["bytes of zeros", filled(0)],
    ["bytes that are no UTF-8", (bytes) => bytes.map((byte, at) => (at % 5 === 4 ? 0xff : byte))],
  ];
  const wrong = changes.map(([about, change]) => binary(asked, about, tensors, {}, change));
  const odd = tensors.map((tensor) => ({ ...described(tensor, undefined), parameters: { binary_data_size: 3 } }));
  const head = bytesOf({ inputs: odd });
  const lengths = ["", "-1", "many", "9999999999", "99999999999999999999999", "é"].map((length) => {
    return asked("a length", head, [["inference-header-content-length", length]]);
  });
  const shifted = [-1, 1, 2].map((by) => asked("a shifted length", concatenated([head, new Uint8Array(9)]), [["inference-header-content-length", String(head.length + by)]]));
  const uneven = asked("uneven bytes", concatenated([head, new Uint8Array(3 * odd.length)]), [["inference-header-content-length", String(head.length)]]);
  return [...wrong, ...lengths, ...shifted, uneven];
}

/** What is no JSON, and JSON in every spelling before something that is wrong: it is read twice. */
function texts([one]: readonly Tensor[]): string[] {
  const name = JSON.stringify(one?.spec.name ?? "a");
  const spelled = `[${NUMBERS.join(",")},"\\u00e9\\n",true,false,null,{"a":[1]},[[],[0.5]]]`;
  const twice = `{"inputs":[{"name":${name},"name":${name}}]}`;
  const whole = `{"id":"a","parameters":{"binary_data_output":true},"inputs":[{"name":${name},"shape":[1,2],"datatype":"FP32","data":[1,-2.5],"parameters":{"binary_data_size":8}}],"outputs":[{"name":"y","parameters":{"classification":2,"binary_data":false}}]}`;
  return [...BROKEN.filter((text) => text !== ""), ...damagedTexts(whole), `{"id":"\\u0061","x\\u0041":1,"inputs":[{"shape":[1],"datatype":"FP32","name":"\\u00e9","data":${spelled}}],"outputs":3}`, twice];
}
