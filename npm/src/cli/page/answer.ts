// What the page shows of an answer or a problem.
import type { Prediction } from "../../runtime/types.js";

/** Where answers go. */
export const answer = document.querySelector("#answer") as HTMLElement;

export function show({ top, outputs }: Prediction, ms: number): void {
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

export function tell(error: unknown): void {
  const line = document.createElement("p");
  line.setAttribute("role", "alert");
  line.textContent = error instanceof Error ? error.message : String(error);
  answer.replaceChildren(line);
}
