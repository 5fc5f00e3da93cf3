// `--shape input=N,3,48,192`: sizes for what a model leaves open.
import { Failure } from "./failure.js";

/** Sizes, and names of what stays open, by input. */
export type Shapes = Record<string, (number | string)[]>;

/** Reads each `--shape`. The last `=` ends the input's name, which may hold some itself. */
export function shapesOf(given: readonly string[]): Shapes {
  const shapes: Shapes = {};
  for (const text of given) {
    const equals = text.lastIndexOf("=");
    if (equals < 1) throw expected(text);
    const input = text.slice(0, equals);
    if (Object.hasOwn(shapes, input)) throw new Failure(`--shape: ${JSON.stringify(input)} stands twice`);
    shapes[input] = text.slice(equals + 1).split(",").map((dim) => dimension(dim.trim(), text));
  }
  return shapes;
}

function dimension(dim: string, text: string): number | string {
  if (/^[1-9][0-9]*$/.test(dim)) return Number(dim);
  if (/^[A-Za-z_][\w.]*$/.test(dim)) return dim;
  throw expected(text);
}

function expected(text: string): Failure {
  return new Failure(`--shape: expected an input and its sizes, such as image=N,3,224,224, got ${JSON.stringify(text)}`);
}

/** The card with these shapes. What is wrong with the rest of it is left to the engine to say. */
export function withShapes(card: Record<string, unknown>, shapes: Shapes): Record<string, unknown> {
  if (Object.keys(shapes).length === 0) return card;
  const inputs: Record<string, unknown> = { ...fields(card.inputs) };
  for (const [input, shape] of Object.entries(shapes)) inputs[input] = { ...fields(inputs[input]), shape };
  return { ...card, inputs };
}

function fields(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
