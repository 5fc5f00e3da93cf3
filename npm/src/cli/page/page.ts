// A page around a package: static files for any web server.
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Description, inputCard } from "../../assemble/card.js";
import { HEADERS } from "./headers.js";
import { type PageKind, pageHtml } from "./html.js";
import { STYLE } from "./style.js";

/** Writes `index.html` and its script and style beside the folder `model/`, which holds the package. */
export async function writePage(folder: string, description: Description): Promise<void> {
  await writeForm(folder, description, {
    script: "form.js",
    where: "The model runs in this page: nothing is sent anywhere.",
    before: "<p>Loading the model…</p>",
  });
}

/** Writes `index.html` around a Worker, which answers what is asked. */
export async function writeWorkerPage(folder: string, description: Description): Promise<void> {
  const where = "The Worker that served this page runs the model: what you enter is sent to <code>/predict</code>. <a href=\"docs/\">Its whole API</a>";
  await writeForm(folder, description, { script: "ask.js", where, before: "" });
  await writeFile(join(folder, "_headers"), HEADERS);
}

async function writeForm(folder: string, description: Description, kind: PageKind): Promise<void> {
  await writeFile(join(folder, "index.html"), pageHtml(description, kind));
  await writeFile(join(folder, "page.css"), STYLE);
  await writeFile(join(folder, "inputs.js"), inputsScript(description));
  for (const file of [kind.script, "answer.js", "fields.js"]) {
    await copyFile(fileURLToPath(new URL(file, import.meta.url)), join(folder, file));
  }
}

/** What the form asks for: the inputs, with what the card says of them. */
function inputsScript(description: Description): string {
  const inputs = description.inputs.map((input) => ({ ...input, card: inputCard(description, input.name) }));
  return `export const inputs = ${JSON.stringify(inputs, null, 2)};\n`;
}
