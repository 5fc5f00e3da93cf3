// A little colour for the snippets: strings, words of the language, comments. Text only, never markup.
import { make } from "./dom.js";

const TOKENS = /(?<comment>\/\/.*$)|(?<string>"(?:[^"\\]|\\.)*"|'[^']*')|(?<word>\b(?:import|from|const|await|curl)\b)/gm;

/**
 * @param {string} code
 * @returns {(string | Node)[]}
 */
export function highlighted(code) {
  /** @type {(string | Node)[]} */
  const parts = [];
  let end = 0;
  for (const match of code.matchAll(TOKENS)) {
    parts.push(code.slice(end, match.index));
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0] ?? "";
    // The // of an address is no comment.
    const address = kind === "comment" && code[match.index - 1] === ":";
    parts.push(address ? match[0] : make("span", { className: kind }, match[0]));
    end = match.index + match[0].length;
  }
  return [...parts, code.slice(end)];
}
