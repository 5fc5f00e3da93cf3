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
<link rel="stylesheet" href="./page.css">
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
