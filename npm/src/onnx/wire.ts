// The wire format of protocol buffers, read without a schema.

/** A field of a message: a whole number, or the bytes of a text, a message or packed numbers. */
export interface Field {
  number: number;
  value: bigint | Uint8Array;
  /** The whole field, its number included. */
  whole: Uint8Array;
}

/** Where reading stopped, and why. */
export class WireError extends Error {
  /** The bytes end in the middle of a field. */
  readonly truncated: boolean;

  constructor(message: string, truncated: boolean) {
    super(message);
    this.truncated = truncated;
  }
}

/** The fields of a message, in the order of the file. */
export function* fields(bytes: Uint8Array): Generator<Field> {
  const cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) {
    const begin = cursor.at;
    const tag = Number(varint(cursor));
    const number = Math.floor(tag / 8);
    if (number === 0) throw new WireError(`byte ${begin} begins no field`, false);
    const value = payload(cursor, tag % 8, begin);
    yield { number, value, whole: bytes.subarray(begin, cursor.at) };
  }
}

/** Whole numbers that stand one after the other. */
export function* varints(bytes: Uint8Array): Generator<bigint> {
  const cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) yield varint(cursor);
}

/** A field of bytes: a text, a message or packed numbers. */
export function bytesField(number: number, parts: Uint8Array[]): Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [writtenVarint(number * 8 + 2), writtenVarint(length), ...parts];
}

function writtenVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

interface Cursor {
  bytes: Uint8Array;
  at: number;
}

function payload(cursor: Cursor, type: number, begin: number): bigint | Uint8Array {
  switch (type) {
    case 0:
      return varint(cursor);
    case 1:
      return take(cursor, 8);
    case 2:
      return take(cursor, Number(varint(cursor)));
    case 5:
      return take(cursor, 4);
    default:
      throw new WireError(`byte ${begin} begins a field of unknown type ${type}`, false);
  }
}

function take(cursor: Cursor, length: number): Uint8Array {
  const end = cursor.at + length;
  const left = cursor.bytes.length - cursor.at;
  if (length > left) throw new WireError(`a field of ${length} bytes has only ${left}`, true);
  const part = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return part;
}

function varint(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) throw new WireError("a number ends in the middle", true);
    cursor.at += 1;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new WireError("a number has more than 64 bits", false);
}
