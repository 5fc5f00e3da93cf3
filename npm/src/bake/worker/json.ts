// Values of examples as the JSON that a client would send.

/** The JSON of a value; nothing where JSON can't say it. Pictures become base64 texts. */
export function jsonOf(value: unknown): string | undefined {
  switch (typeof value) {
    case "bigint":
      return String(value);
    case "object":
      return value === null ? "null" : ArrayBuffer.isView(value) ? viewOf(value) : compound(value);
    // Numbers that JSON lacks become null, as everywhere in JavaScript.
    case "number":
    case "string":
    case "boolean":
      return JSON.stringify(value);
    default:
      return undefined;
  }
}

function viewOf(view: ArrayBufferView): string {
  if (view instanceof Uint8Array) return JSON.stringify({ base64: base64(view) });
  return list([...(view as Float32Array)]) as string;
}

/** The text that pictures inside JSON are. */
export function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function compound(value: object): string | undefined {
  if (Array.isArray(value)) return list(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  // An instance of some class; and pixels, which only JavaScript has.
  if ((prototype !== Object.prototype && prototype !== null) || "width" in value) return undefined;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const texts = fields.map(([name, field]) => [JSON.stringify(name), fieldOf(name, field)] as const);
  if (texts.some(([, text]) => text === undefined)) return undefined;
  return `{${texts.map(([name, text]) => `${name}:${text}`).join(",")}}`;
}

/** In `data`, bytes are numbers. */
function fieldOf(name: string, value: unknown): string | undefined {
  return name === "data" && value instanceof Uint8Array ? list([...value]) : jsonOf(value);
}

function list(values: readonly unknown[]): string | undefined {
  const texts = Array.from(values, jsonOf);
  return texts.includes(undefined) ? undefined : `[${texts.join(",")}]`;
}
