// A page around a package: static files for any web server.
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Description, inputCard } from "../../assemble/card.js";
import { pageHtml } from "./html.js";

/** Writes `index.html` and its script and style beside the folder `model/`, which holds the package. */
export async function writePage(folder: string, description: Description): Promise<void> {
  await writeFile(join(folder, "index.html"), pageHtml(description));
  await writeFile(join(folder, "inputs.js"), inputsScript(description));
  for (const file of ["form.js", "fields.js"]) {
    await copyFile(fileURLToPath(new URL(file, import.meta.url)), join(folder, file));
  }
}

/** What the form asks for: the inputs, with what the card says of them. */
function inputsScript(description: Description): string {
  const inputs = description.inputs.map((input) => ({ ...input, card: inputCard(description, input.name) }));
  return `export const inputs = ${JSON.stringify(inputs, null, 2)};\n`;
}
