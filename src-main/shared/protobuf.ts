/** Protocol buffers, written: a key (field number, wire type) before each value; wire types 0 varint, 1 and 5 fixed, 2 bytes. */

export const protoText = (value: string): Uint8Array => new TextEncoder().encode(value);

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @param value a whole number from 0 to 2⁵³. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  // Division and not shifts: numbers may pass 2³¹.
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

const key = (field: number, wireType: number): Uint8Array => varint(field * 8 + wireType);

export const varintField = (field: number, value: number): Uint8Array =>
  concatBytes([key(field, 0), varint(value)]);

/** Of bytes, of a text as UTF-8, or of a message. */
export const bytesField = (field: number, value: Uint8Array): Uint8Array =>
  concatBytes([key(field, 2), varint(value.length), value]);

export function doubleField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return concatBytes([key(field, 1), bytes]);
}

export function floatField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return concatBytes([key(field, 5), bytes]);
}
