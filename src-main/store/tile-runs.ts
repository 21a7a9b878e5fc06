/** Stored mask tiles read run by run, without unfolding them: checking, counting, other label values, reducing. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { encodeRuns, type TileRect } from '../shared/mask.js';

/** As written by `encodeRuns` for uint8 values: at most 3 bytes a pixel, since a run of one pixel takes 2 or 3. */
const MAX_BYTES_PER_PIXEL = 3;

/**
 * Calls `visit` for every run of a stored tile, in order; `end` is exclusive, both count pixels row by row.
 * @param pixels What the tile must hold.
 * @throws RangeError when the bytes do not hold exactly that many values of uint8; nothing larger is ever allocated.
 */
export function visitRuns(
  bytes: Uint8Array,
  pixels: number,
  visit: (value: number, start: number, end: number) => void,
): void {
  const runs = inflateTile(bytes, pixels);
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = runs[at++];
      if (byte === undefined || shift > 21) throw new RangeError('run lengths are cut off or damaged');
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  let start = 0;
  while (at < runs.length) {
    const value = number();
    const end = start + number() + 1;
    if (value > 255) throw new RangeError(`value ${value} is larger than 255`);
    if (end > pixels) throw new RangeError(`runs hold more than ${pixels} values`);
    visit(value, start, end);
    start = end;
  }
  if (start !== pixels) throw new RangeError(`runs hold ${start} values instead of ${pixels}`);
}

function inflateTile(bytes: Uint8Array, pixels: number): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: pixels * MAX_BYTES_PER_PIXEL });
  } catch (cause) {
    throw new RangeError('bytes are not deflated runs of this size', { cause });
  }
}

/** Pixels of each label value, 256 of them; null stands for a void tile. @throws RangeError as `visitRuns`. */
export function countTile(bytes: Uint8Array | null, { width, height }: TileSize): Uint32Array {
  const counts = new Uint32Array(256);
  if (bytes) visitRuns(bytes, width * height, (value, start, end) => (counts[value]! += end - start));
  else counts[0] = width * height;
  return counts;
}

type TileSize = Pick<TileRect, 'width' | 'height'>;

/**
 * The tile with every label value replaced by `table[value]`; null when that leaves it void, the very same bytes when
 * they hold no value that changes. Goes from run to run, some ten times faster than through the pixels.
 * @param table 256 values. @throws RangeError as `visitRuns`.
 */
export function remapTile(
  bytes: Uint8Array,
  { width, height }: TileSize,
  table: Uint8Array,
): Uint8Array | null {
  const values: number[] = [];
  const ends: number[] = [];
  let changes = false;
  visitRuns(bytes, width * height, (value, _start, end) => {
    const mapped = table[value]!;
    if (mapped !== value) changes = true;
    // Neighbours that have become the same are one run, as `encodeRuns` would write them.
    if (mapped === values.at(-1)) ends[ends.length - 1] = end;
    else {
      values.push(mapped);
      ends.push(end);
    }
  });
  if (!changes) return bytes;
  return values.length === 1 && values[0] === 0 ? null : packRuns(values, ends);
}

/** A value takes at most 2 bytes and a length at most 3: a tile has 2^18 pixels. */
const MAX_BYTES_PER_RUN = 5;

function packRuns(values: readonly number[], ends: readonly number[]): Uint8Array {
  const runs = new Uint8Array(values.length * MAX_BYTES_PER_RUN);
  let at = 0;
  const number = (n: number) => {
    for (; n >= 128; n >>= 7) runs[at++] = (n & 127) | 128;
    runs[at++] = n;
  };
  values.forEach((value, i) => {
    number(value);
    number(ends[i]! - (i ? ends[i - 1]! : 0) - 1);
  });
  return deflateRawSync(runs.subarray(0, at), { level: 1 });
}

/** The stored form of a tile's values. */
export const packTile = (values: Uint8Array): Uint8Array => deflateRawSync(encodeRuns(values), { level: 1 });
