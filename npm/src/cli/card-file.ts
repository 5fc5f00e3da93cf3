import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { Failure } from "./failure.js";
import { type Shapes, withShapes } from "./shapes.js";

/** Where a card comes from. */
export interface CardSource {
  /** The card's file. */
  path: string | undefined;
  /** A name instead of the card's. */
  name: string | undefined;
  /** The model's file, whose name is the model's where there is no other. */
  model: string;
  /** The card that the model holds, where it does. */
  inside: string | undefined;
  /** Shapes instead of the card's. */
  shapes: Shapes;
}

/** The card's JSON for the engine, which checks all but the syntax; empty to take the one inside the model. */
export async function readCard({ path, name, model, inside, shapes }: CardSource): Promise<string> {
  const unchanged = name === undefined && Object.keys(shapes).length === 0;
  if (path === undefined && unchanged && inside !== undefined) return "";
  const card = path === undefined ? cardOf(inside ?? "{}", model) : await parsed(path);
  const given = name ?? card.name ?? nameOf(model);
  return JSON.stringify({ ...withShapes(card, shapes), name: given });
}

async function parsed(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new Failure(`--card: ${error.message}`);
  });
  return cardOf(text, path);
}

function cardOf(text: string, path: string): Record<string, unknown> {
  let card: unknown;
  try {
    card = JSON.parse(text);
  } catch (error) {
    throw new Failure(`${path}: expected a card in JSON: ${(error as Error).message}`);
  }
  if (typeof card === "object" && card !== null && !Array.isArray(card)) return card as Record<string, unknown>;
  throw new Failure(`${path}: expected a card, a JSON object, got ${Array.isArray(card) ? "an array" : typeof card}`);
}

/** `My Net.v2.onnx` → `my-net-v2`; a file called `model.onnx` goes by its folder. */
function nameOf(path: string): string {
  const stem = slug(basename(path).replace(/\.onnx$/i, ""));
  return (stem === "model" && slug(basename(dirname(resolve(path))))) || stem || "model";
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9_-]+/g, "-").replace(/^[-_]+|[-_]+$/g, "");
}
