// The script of a Worker's page: reads the form, asks the Worker, shows answers and problems.
import { show, tell } from "./answer.js";
import { fieldsOf } from "./fields.js";
import { inputs } from "./inputs.js";
import type { Prediction } from "../../runtime/types.js";

const form = document.querySelector("#form") as HTMLFormElement;
const button = document.querySelector("#predict") as HTMLButtonElement;

const fields = inputs.map((input) => ({ name: input.name, ...fieldsOf(input) }));
button.before(...fields.map(({ element }) => element));
button.disabled = false;

form.onsubmit = async (event) => {
  event.preventDefault();
  button.disabled = true;
  try {
    const begun = performance.now();
    const prediction = await ask(Object.fromEntries(fields.map(({ name, read }) => [name, read()])));
    show(prediction, performance.now() - begun);
  } catch (error) {
    tell(error);
  }
  button.disabled = false;
};

async function ask(values: Record<string, unknown>): Promise<Prediction> {
  const [only, ...more] = Object.values(values);
  const response = await fetch("/predict", {
    method: "POST",
    ...(only instanceof File && more.length === 0 ? picture(only) : await json(values)),
  });
  const said = (await response.json()) as Prediction & { detail: string };
  if (!response.ok) throw new Error(said.detail);
  return said;
}

/** The Worker looks at the bytes of what is said to be a picture; a file of another type is refused there. */
function picture(file: File): RequestInit {
  return { headers: { "content-type": file.type.startsWith("image/") ? file.type : "image/png" }, body: file };
}

async function json(values: Record<string, unknown>): Promise<RequestInit> {
  const fields = Object.entries(values).map(async ([name, value]) => {
    return [name, value instanceof File ? { base64: await base64(value) } : value] as const;
  });
  const body = JSON.stringify(Object.fromEntries(await Promise.all(fields)));
  return { headers: { "content-type": "application/json" }, body };
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
