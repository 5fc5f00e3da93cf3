// MLflow's scoring protocol: every form of table and tensor, CSV as programs write it, every refusal.
import { type Description, inputCard } from "../../../assemble/card.js";
import { BROKEN, NUMBERS } from "../bodies.js";
import { call } from "../heads.js";
import type { HttpCall } from "../http-call.js";
import { damagedTexts } from "./damaged.js";
import { bytesOf, nestedOf, type Tensor } from "./tensor.js";
import { records, rowsByName } from "./tensorflow.js";

export function mlflowCalls(description: Description, sets: readonly Tensor[][]): HttpCall[] {
  const asked = (about: string, type: string, body: Uint8Array): HttpCall => ({ ...call(`scoring, ${about}`, "POST", "/invocations", [["content-type", type]]), body });
  const json = (about: string, document: unknown) => asked(about, "application/json", bytesOf(document));
  const csv = (text: string) => asked("CSV", "text/csv; charset=utf-8", new TextEncoder().encode(text));
  const answered = sets.flatMap((tensors, at) => {
    const rows = records(description, tensors);
    const names = Object.keys(rows[0] ?? {});
    const data = rows.map((row) => names.map((name) => row[name]));
    const calls = [json("records", { dataframe_records: rows }), json("a table", { dataframe_split: { index: rows.map((_, index) => index), columns: names, data } })];
    if (at > 0) return calls;
    const inputs = Object.fromEntries(tensors.map((tensor) => [tensor.spec.name, nestedOf(tensor)]));
    const columns = tensors.map(({ spec }) => spec.name);
    const byInput = rowsByName(tensors);
    const turned = [...names].reverse();
    return [
      ...calls,
      json("tensors", { inputs, params: {} }),
      json("instances", { instances: byInput }),
      json("a table of inputs", { dataframe_split: { columns, data: byInput.map((row) => columns.map((name) => row[name])) } }),
      json("a turned table", { dataframe_split: { columns: turned, data: data.map((row) => [...row].reverse()) } }),
      json("a table without names", { dataframe_split: { data } }),
      json("numbered columns", { dataframe_split: { columns: names.map((_, index) => index), data } }),
      ...tables(names, data).map(csv),
    ];
  });
  const tensors = sets[0] ?? [];
  const invalid = asked("CSV that is not UTF-8", "text/csv", Uint8Array.of(97, 10, 0xff));
  const whole = ['{"dataframe_split":{"columns":["a",1],"index":[0],"data":[[1,-2.5]]},"params":{}}', '{"dataframe_records":[{"a":1,"b":"c"}]}', '{"inputs":{"x":[1,null]}}'];
  const texts = [...BROKEN.filter((text) => text !== ""), ...whole.flatMap(damagedTexts), spelled()];
  return [
    ...answered,
    ...refusals(description, tensors).map((document) => json("a form", document)),
    ...texts.map((text) => asked("broken", "application/json", new TextEncoder().encode(text))),
    ...["text/plain", "application/octet-stream", ""].map((type) => asked("a type", type, bytesOf({}))),
    { ...call("scoring, no type", "POST", "/invocations"), body: bytesOf({}) },
    ...damagedTexts('a,"b ""c",d\r\n1,"2\n3",4.5\n').map(csv),
    invalid,
  ];
}

/** The same table as CSV in many hands, right and wrong. */
function tables(names: readonly string[], data: readonly unknown[][]): string[] {
  const head = names.join(",");
  const texts = data.map((row) => row.map((cell) => (Array.isArray(cell) ? "0" : String(cell))));
  const lines = texts.map((row) => row.join(","));
  const [first = ""] = lines;
  const filled = (cell: string) => [head, names.map(() => cell).join(",")].join("\n");
  return [
    [head, ...lines].join("\n"),
    `${[names.map((name) => `"${name}"`).join(","), ...texts.map((row) => row.map((cell) => `" ${cell} "`).join(","))].join("\r\n")}\r\n`,
    [names.map((_, at) => at).join(","), ...lines].join("\n"),
    [names.map((_, at) => at).join(","), ...lines, ...lines].join("\r"),
    ...["", "wide", "NaN", "inf", "-1", "1e3", "0.5", "1", "true", "False", '"a ""quoted"" text"', "é", "99999999999999999999", "x".repeat(200)].map(filled),
    head, `${head}\n\n\n`, `${head},more\n${first},1`, `${head}\n${first},1`, `${head}\n${first}\n1`, "a,a\n1,2", "\n", ",", '"', '"a\n1', `${head}\n"`, "0\n1", "0,1\n1,2\n3,4",
  ];
}

function refusals(description: Description, tensors: readonly Tensor[]): unknown[] {
  const [row = {}] = records(description, tensors);
  const columns = Object.keys(row);
  const features = tensors.flatMap(({ spec }) => inputCard(description, spec.name).features ?? []);
  const splits = [
    3, {}, { data: 3 }, { data: [] }, { data: [[]] }, { data: [[1], [1, 2]] }, { data: [[{}]] }, { data: [[1]], more: 1 }, { columns: 3, data: [[1]] }, { columns: [1.5], data: [[1]] }, { columns: [null], data: [[1]] },
    { columns: [], data: [[1]] }, { columns: ["a"], data: [[1]] }, { columns: ["a", -1], data: [[1, "b"]] }, { columns: [...columns, "more"], data: [[...columns.map(() => 0), 1]] }, { columns: [...columns, ...columns], data: [[1]] },
    { columns, data: [columns.map((_, at) => ["a", 1, 0.5, true, null][at % 5])] }, { index: { a: [1, null] }, columns: columns.slice(1), data: [columns.slice(1).map(() => 1)] },
  ];
  return [
    {}, [], null, 3, "a", { inputs: [1], instances: [1] }, { params: 3, inputs: [1] }, { params: { a: 1 }, inputs: [1] }, { params: null, inputs: null, instances: null }, { data: [1] },
    { dataframe_records: 3 }, { dataframe_records: [] }, { dataframe_records: [{}] }, { dataframe_records: [[1, 2]] }, { dataframe_records: [{ ...row, more: 1 }] }, { dataframe_records: [row, 1] },
    ...features.slice(0, 1).map(({ name }) => ({ dataframe_records: [{ [name]: 1 }] })),
    { instances: [1, 2, 3] }, { inputs: { more: 1 } },
    ...splits.map((dataframe_split) => ({ dataframe_split })),
  ];
}

/** JSON in every spelling before something that is wrong: it is read twice. */
function spelled(): string {
  const value = `[${NUMBERS.join(",")},"\\u00e9\\n",true,false,null,{"a":[1]},[[],[0.5]]]`;
  const split = `{"index":${value},"columns":["a",1],"data":${value}}`;
  const fields = ["dataframe_records", "instances", "inputs", "params"].map((name) => `"${name}":${value}`);
  return `{"dataframe_split":${split},${fields.join(",")},"unknown":1}`;
}
