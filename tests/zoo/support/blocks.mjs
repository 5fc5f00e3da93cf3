// The code blocks of a Markdown text.

/** @typedef {{ language: string, text: string }} Block */

/** @param {string} markdown @returns {Block[]} */
export function blocks(markdown) {
  return [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = "", text = ""]) => ({ language, text }));
}

/** The name of a file that its first comment gives. @param {Block} block */
export function fileName({ text }) {
  const name = /^(?:#|\/\/) ([\w.-]+)\n/.exec(text)?.[1];
  if (!name) throw new Error(`a program without a name in its first line: ${text.slice(0, 60)}`);
  return name;
}
