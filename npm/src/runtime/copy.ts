/** A value to post to another thread, and the buffers in it that may be moved instead of copied. */
export interface Parcel {
  value: unknown;
  transfer: ArrayBuffer[];
}

/** Copies what is in `value` now, so that the caller may change it at once; the copies are free to be moved. */
export function copied(value: unknown): Parcel {
  return packed(value, sliceOf);
}

/** `value` with its own buffers given away: they are empty once it is posted. */
export function handedOver(value: unknown): Parcel {
  return packed(value, (view) => view);
}

/** `parcel` with its buffers taken from who had them, as posting it would. Throws where it can't be posted. */
export function taken({ value, transfer }: Parcel): Parcel {
  return handedOver(structuredClone(value, { transfer }));
}

type Take = (view: ArrayBufferView) => ArrayBufferView;

/** Deeper structures (and cycles) are left as they are, for the engine to refuse. */
const MAX_DEPTH = 32;

function packed(value: unknown, take: Take): Parcel {
  const buffers = new Set<ArrayBuffer>();
  const taken = (view: ArrayBufferView) => {
    const own = take(view);
    if (own.buffer instanceof ArrayBuffer) buffers.add(own.buffer);
    return own;
  };
  return { value: walk(value, taken, MAX_DEPTH), transfer: [...buffers] };
}

function walk(value: unknown, take: Take, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth === 0) return value;
  if (ArrayBuffer.isView(value)) return take(value);
  const inner = (entry: unknown) => walk(entry, take, depth - 1);
  if (Array.isArray(value)) return value.map(inner);
  const entries = Object.entries(value);
  if (entries.length === 0) return value; // Nothing of ours, such as a `Map`: it is refused by its name.
  return Object.fromEntries(entries.map(([name, entry]) => [name, inner(entry)]));
}

/** Only the elements that a view shows, not the whole buffer under it. */
function sliceOf(view: ArrayBufferView): ArrayBufferView {
  if (view instanceof DataView) return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  return Uint8Array.prototype.slice.call(view);
}
