// The lines that do elsewhere what the page just did, for exactly what is on the screen.
import { indexOfTop } from "./chart.js";
import { predictAddress } from "./edge.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {"curl" | "node" | "page" | "import"} SnippetId
 * @typedef {{ id: SnippetId, title: string, code: string, note: (string | Node)[] }} Snippet
 */

const ELSEWHERE = "After cargo xtask serve on your machine.";
const INSTALL = "Install the package first: the tarball that cargo xtask build leaves in target/npm/.";

/**
 * @param {{ name: string, type: string, answer: Answer | undefined, edgeFound: boolean, note: Node }} shown
 *   `note` gives the file that the lines name
 * @returns {Snippet[]}
 */
export function digitSnippets({ name, type, answer, edgeFound, note }) {
  const result = resultComment(answer);
  const file = JSON.stringify(name);
  return [
    {
      id: "curl",
      title: "curl",
      code: `curl --data-binary ${quoted(`@${name}`)} -H 'content-type: ${type}' ${predictAddress(edgeFound)}`,
      note: edgeFound ? [note] : [note, ` ${ELSEWHERE}`],
    },
    {
      id: "node",
      title: "Node",
      code: `import { readFile } from "node:fs/promises";
import { load } from "onnxlet-digits";

const model = await load();
const { top } = await model.predict(await readFile(${file}));
console.log(top[0]);${result}`,
      note: [INSTALL],
    },
    {
      id: "page",
      title: "In a page",
      code: `import { load } from "onnxlet-digits";

const model = await load({ offThread: true });
const { top } = await model.predict(await fetch(${file}));
console.log(top[0]);${result}`,
      note: ["An <img>, a <canvas>, or a File does as well. Without a bundler: import the package’s browser.js, as this page does."],
    },
  ];
}

/**
 * @param {{ model: string, input: string, values: Readonly<Record<string, number>>, answer: Answer | undefined, edgeFound: boolean }} shown
 * @returns {Snippet[]}
 */
export function tabularSnippets({ model, input, values, answer, edgeFound }) {
  const body = JSON.stringify({ [input]: values });
  const fields = Object.entries(values).map(([name, value]) => `    ${property(name)}: ${value},`);
  return [
    {
      id: "curl",
      title: "curl",
      code: `curl ${predictAddress(edgeFound)} \\
  -H 'content-type: application/json' \\
  -d ${quoted(body)}`,
      note: edgeFound ? [] : [`To a Worker that was built with ${model}: it holds one model.`],
    },
    {
      id: "import",
      title: "Node, or a page",
      code: `import { load } from "onnxlet-${model}";

const model = await load();
const { top } = await model.predict({
  ${property(input)}: {
${fields.join("\n")}
  },
});
console.log(top[0]);${resultComment(answer)}`,
      note: [INSTALL],
    },
  ];
}

/** @param {Answer | undefined} answer */
function resultComment(answer) {
  if (!answer) return "";
  const index = indexOfTop(answer.scores);
  const score = Number((answer.scores[index] ?? 0).toPrecision(6));
  return `\n// { label: ${JSON.stringify(answer.labels[index])}, index: ${index}, score: ${score} }`;
}

/**
 * A word for a POSIX shell, quoted only where it must be.
 * @param {string} word
 */
export function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** @param {string} name */
function property(name) {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
