/** Lists of ids as bytes: 100,000 numbers as JSON cost each side of a socket some 15 ms. */

/** Little-endian uint32, four bytes an id. */
export function packIds(ids: readonly number[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * ids.length));
  for (let i = 0; i < ids.length; i++) view.setUint32(4 * i, ids[i]!, true);
  return new Uint8Array(view.buffer);
}

export function unpackIds(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(4 * i, true));
}
