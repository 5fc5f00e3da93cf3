import type { Description } from "../../assemble/card.js";

/** What differs between pages. */
export interface PageKind {
  /** The script beside the page. */
  script: string;
  /** Where the model runs, as a sentence. */
  where: string;
  /** What is shown at first. */
  before: string;
}

/** The text of `index.html`. */
export function pageHtml({ name, version, description = "" }: Description, { script, where, before }: PageKind): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(name)}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
form { display: grid; gap: 1rem; }
fieldset { display: grid; gap: .75rem; border: 1px solid #8886; border-radius: .5rem; }
label { display: grid; gap: .25rem; }
input, textarea, button { font: inherit; padding: .4rem .6rem; }
textarea { min-height: 6rem; font-family: ui-monospace, monospace; }
button { justify-self: start; }
img { max-width: 12rem; max-height: 12rem; }
#answer { margin-top: 1.5rem; }
meter { width: 12rem; }
pre { overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
[role=alert] { border-left: .3rem solid #c33; padding-left: .8rem; }
</style>
<script type="module" src="./${script}"></script>
</head>
<body>
<h1>${escaped(name)}</h1>
<p>${escaped(description)} Version ${escaped(version)}. ${where}</p>
<form id="form"><button id="predict" disabled>Predict</button></form>
<section id="answer" aria-live="polite">${before}</section>
<noscript>This page needs JavaScript.</noscript>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
