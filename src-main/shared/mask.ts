/** Label maps cut into tiles, and tiles as run lengths: how masks are stored and sent. */
import type { LabelMap } from './model.js';

/** Side of a mask tile in px. Part of the file format: a stroke on a large image rewrites a few tiles only. */
export const TILE_SIDE = 512;

/** Values of a label layer: classes (uint8) or instances. */
export type LabelArray = Uint8Array | Uint16Array | Uint32Array;

/** Place of a tile in an image, in px; tiles at the right and lower edge are smaller. */
export interface TileRect {
  ty: number;
  tx: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The tiles that cover an image, row by row. */
export function tilesOf(width: number, height: number): TileRect[] {
  const tiles: TileRect[] = [];
  for (let ty = 0; ty * TILE_SIDE < height; ty++)
    for (let tx = 0; tx * TILE_SIDE < width; tx++) tiles.push(tileAt(width, height, ty, tx));
  return tiles;
}

/** @throws RangeError for a tile outside the image. */
export function tileAt(width: number, height: number, ty: number, tx: number): TileRect {
  const x = tx * TILE_SIDE;
  const y = ty * TILE_SIDE;
  if (!(x >= 0 && y >= 0 && x < width && y < height))
    throw new RangeError(`tile (${ty}, ${tx}) lies outside ${width} × ${height}`);
  return { ty, tx, x, y, width: Math.min(TILE_SIDE, width - x), height: Math.min(TILE_SIDE, height - y) };
}

/** A tile's values, row by row: `rect.width * rect.height` of them. */
export function cutTile(map: LabelMap, rect: TileRect): Uint8Array {
  const tile = new Uint8Array(rect.width * rect.height);
  for (let row = 0; row < rect.height; row++) {
    const from = (rect.y + row) * map.width + rect.x;
    tile.set(map.data.subarray(from, from + rect.width), row * rect.width);
  }
  return tile;
}

/** Writes a tile's values into the map, in place. */
export function pasteTile(map: LabelMap, rect: TileRect, tile: Uint8Array): void {
  for (let row = 0; row < rect.height; row++)
    map.data.set(
      tile.subarray(row * rect.width, (row + 1) * rect.width),
      (rect.y + row) * map.width + rect.x,
    );
}

/** Pixels of each value, from 0 up to the largest that occurs; at least `[0]`. */
export function countValues(data: Uint8Array): number[] {
  const counts = new Uint32Array(256);
  for (let i = 0; i < data.length; i++) counts[data[i]!]!++;
  let length = 256;
  while (length > 1 && counts[length - 1] === 0) length--;
  return Array.from(counts.subarray(0, length));
}

/** Runs of equal values as pairs (value, length − 1), each an unsigned LEB128 number. */
export function encodeRuns(values: LabelArray): Uint8Array {
  const bytes = new Writer();
  for (let start = 0; start < values.length;) {
    const value = values[start]!;
    let end = start + 1;
    while (end < values.length && values[end] === value) end++;
    bytes.number(value);
    bytes.number(end - start - 1);
    start = end;
  }
  return bytes.done();
}

/**
 * The `length` values of `encodeRuns`, into a new Uint8Array or into `target`.
 * @throws RangeError when the bytes do not hold exactly that many values, or one that does not fit.
 */
export function decodeRuns<T extends LabelArray = Uint8Array>(
  bytes: Uint8Array,
  length: number,
  target: T = new Uint8Array(length) as T,
): T {
  const largest = 2 ** (8 * target.BYTES_PER_ELEMENT) - 1;
  let at = 0;
  const number = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || scale > 128 ** 4) throw new RangeError('run lengths are cut off or damaged');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  let filled = 0;
  while (at < bytes.length) {
    const value = number();
    const end = filled + number() + 1;
    if (value > largest) throw new RangeError(`value ${value} is larger than ${largest}`);
    if (end > length) throw new RangeError(`runs hold more than ${length} values`);
    target.fill(value, filled, end);
    filled = end;
  }
  if (filled !== length) throw new RangeError(`runs hold ${filled} values instead of ${length}`);
  return target;
}

class Writer {
  private bytes = new Uint8Array(1024);
  private length = 0;

  number(value: number): void {
    if (this.length + 5 > this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    while (value >= 128) {
      this.bytes[this.length++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    this.bytes[this.length++] = value;
  }

  done(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
