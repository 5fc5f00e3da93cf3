// Names in JavaScript for the names of a model.
import type { TensorSpec } from "../runtime/types.js";

/** `breast-cancer` → `BreastCancer`: the beginning of each of the model's type names. */
export function typeName(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(joined) ? joined : `Model${joined}`;
}

/** A property's name in a type or an object: quoted where it is no identifier. */
export function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** `f32[N,1,28,28]`, as in the engine's messages. */
export function spec({ dtype, shape }: TensorSpec): string {
  const short = dtype.replace("float", "f").replace("uint", "u").replace("int", "i");
  return `${short}[${shape ? shape.join(",") : "…"}]`;
}
