// The page's script: loads the model, reads the form, shows answers and problems.
import { fieldsOf } from "./fields.js";
import { inputs } from "./inputs.js";
import { load } from "./model/browser.js";
import type { Prediction } from "../../runtime/types.js";

const form = document.querySelector("#form") as HTMLFormElement;
const button = document.querySelector("#predict") as HTMLButtonElement;
const answer = document.querySelector("#answer") as HTMLElement;

const fields = inputs.map((input) => ({ name: input.name, ...fieldsOf(input) }));
button.before(...fields.map(({ element }) => element));

try {
  const model = await load({ offThread: true });
  button.disabled = false;
  answer.replaceChildren();
  form.onsubmit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const begun = performance.now();
      const prediction = await model.predict(Object.fromEntries(fields.map(({ name, read }) => [name, read()])));
      show(prediction, performance.now() - begun);
    } catch (error) {
      tell(error);
    }
    button.disabled = false;
  };
} catch (error) {
  tell(error);
}

function show({ top, outputs }: Prediction, ms: number): void {
  const ranked = (top ?? []).map(({ label, score }) => {
    const line = document.createElement("li");
    const meter = Object.assign(document.createElement("meter"), { value: score });
    line.append(`${label} `, meter, ` ${(100 * score).toFixed(1)} %`);
    return line;
  });
  const list = document.createElement("ol");
  list.append(...ranked);
  const raw = document.createElement("pre");
  raw.textContent = Object.entries(outputs).map(([name, { dtype, shape, data }]) => {
    return `${name}  ${dtype}[${shape.join(", ")}]\n${Array.from<unknown>(data).slice(0, 100).join(", ")}${data.length > 100 ? ", …" : ""}`;
  }).join("\n\n");
  const time = document.createElement("p");
  time.textContent = `Answered in ${ms.toFixed(1)} ms.`;
  answer.replaceChildren(...(ranked.length > 0 ? [list] : []), raw, time);
}

function tell(error: unknown): void {
  const line = document.createElement("p");
  line.setAttribute("role", "alert");
  line.textContent = error instanceof Error ? error.message : String(error);
  answer.replaceChildren(line);
}
