/** Stored mask tiles read run by run, without unfolding them: checking, counting, other label values, reducing. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { encodeRuns, type TileRect } from '../shared/mask.js';

/** As written by `encodeRuns` for uint8 values: at most 3 bytes a pixel, since a run of one pixel takes 2 or 3. */
const MAX_BYTES_PER_PIXEL = 3;

export interface Run {
  value: number;
  /** In pixels of the tile, row by row; `end` is exclusive. */
  start: number;
  end: number;
}

/**
 * Calls `visit` for every run of a stored tile, in order.
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
 * The tile with every label value replaced by `table[value]`; null when that leaves it void.
 * @param table 256 values. @throws RangeError as `visitRuns`.
 */
export function remapTile(bytes: Uint8Array, size: TileSize, table: Uint8Array): Uint8Array | null {
  const values = new Uint8Array(size.width * size.height);
  let any = false;
  visitRuns(bytes, values.length, (value, start, end) => {
    const mapped = table[value]!;
    if (mapped === 0) return;
    values.fill(mapped, start, end);
    any = true;
  });
  return any ? packTile(values) : null;
}

/** The stored form of a tile's values. */
export const packTile = (values: Uint8Array): Uint8Array => deflateRawSync(encodeRuns(values), { level: 1 });
