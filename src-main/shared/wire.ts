/**
 * Messages of `shared/rpc.ts` as bytes, for a WebSocket: a JSON head, then the raw bytes of every Uint8Array in it, so
 * that masks travel without base64. Layout: length of the head in bytes (uint32, little-endian), head, arrays in the
 * order in which the head names them.
 *
 * Carries what the window and the core send: null, booleans, numbers (NaN and infinities too), strings, arrays, plain
 * objects and Uint8Arrays. `undefined` is left out of objects and becomes null in arrays.
 */

const LENGTH_BYTES = 4;
/** Marks an object of the head that stands for something else; an object that has such a key itself is wrapped. */
const MARK = '$';

type Packed = null | boolean | number | string | Packed[] | { [key: string]: Packed };

export function encode(message: unknown): Uint8Array<ArrayBuffer> {
  const arrays: Uint8Array[] = [];
  const head = new TextEncoder().encode(JSON.stringify(pack(message, arrays)));
  const size = arrays.reduce((sum, { length }) => sum + length, LENGTH_BYTES + head.length);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, LENGTH_BYTES);
  let at = LENGTH_BYTES + head.length;
  for (const array of arrays) {
    bytes.set(array, at);
    at += array.length;
  }
  return bytes;
}

/** The arrays are copies. @throws Error when the bytes are not what `encode` makes. */
export function decode(bytes: Uint8Array): unknown {
  if (bytes.length < LENGTH_BYTES) throw new Error('A message is cut short.');
  const headLength = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
  if (headLength > bytes.length - LENGTH_BYTES) throw new Error('A message is cut short.');
  const head = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + headLength);
  const tail = { bytes, at: LENGTH_BYTES + headLength };
  const message = unpack(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(head)) as Packed, tail);
  if (tail.at !== bytes.length) throw new Error('A message has bytes that nothing in it names.');
  return message;
}

function pack(value: unknown, arrays: Uint8Array[]): Packed {
  if (value instanceof Uint8Array) {
    arrays.push(value);
    return { [MARK]: 'bytes', length: value.length };
  }
  if (Array.isArray(value)) return value.map((item) => pack(item, arrays));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]): [string, Packed] => [key, pack(item, arrays)]);
    const packed = Object.fromEntries(entries);
    return Object.hasOwn(packed, MARK) ? { [MARK]: 'object', value: packed } : packed;
  }
  if (typeof value === 'number')
    return Number.isFinite(value) ? value : { [MARK]: 'number', text: String(value) };
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value === null || value === undefined) return null;
  throw new Error(`A ${typeof value} cannot be sent.`);
}

function unpack(packed: Packed, tail: { bytes: Uint8Array; at: number }): unknown {
  if (Array.isArray(packed)) return packed.map((item) => unpack(item, tail));
  if (typeof packed !== 'object' || packed === null) return packed;
  if (!Object.hasOwn(packed, MARK)) return unpackEntries(packed, tail);
  switch (packed[MARK]) {
    case 'bytes':
      return takeBytes(packed['length'], tail);
    case 'number':
      return Number(packed['text']);
    case 'object':
      return unpackEntries(packed['value'] as { [key: string]: Packed }, tail);
    default:
      throw new Error('A message has a mark that is not known.');
  }
}

/** fromEntries defines own properties: a key `__proto__` stays a key. */
const unpackEntries = (packed: { [key: string]: Packed }, tail: { bytes: Uint8Array; at: number }): object =>
  Object.fromEntries(Object.entries(packed).map(([key, item]) => [key, unpack(item, tail)]));

function takeBytes(length: Packed | undefined, tail: { bytes: Uint8Array; at: number }): Uint8Array {
  const left = tail.bytes.length - tail.at;
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > left)
    throw new Error('A message is cut short.');
  return tail.bytes.slice(tail.at, (tail.at += length));
}
