/** One tile of label values as the store keeps it: runs (`shared/mask.ts`) under raw deflate, or null for void. */
import { deflateSync, inflateSync } from 'fflate';
import { AppError } from '../../src-main/shared/errors.js';
import { decodeRuns, encodeRuns } from '../../src-main/shared/mask.js';
import { RunReader } from './run-reader.js';

/** Kept from tile to tile: to make it anew would take longer than most decoding. */
let runsBuffer = new Uint8Array(0);

/** Stored form of a tile; null when every value is 0. Level 1: higher levels cost time and save little after the runs. */
export function encodeTile(values: Uint8Array): Uint8Array | null {
  return isVoid(values) ? null : deflateSync(encodeRuns(values), { level: 1 });
}

/**
 * The `length` values of a tile, 1 … 512², into a new array or into the first of `target`.
 * @throws AppError('bad-project') when the bytes do not hold exactly that many.
 */
export const decodeTile = (bytes: Uint8Array, length: number, target = new Uint8Array(length)): Uint8Array =>
  withRuns(bytes, length, (runs) => decodeRuns(runs, length, target));

/** What `read` makes of a tile's runs, which hold only until the next call. @throws AppError('bad-project') */
function withRuns<T>(bytes: Uint8Array, length: number, read: (runs: Uint8Array) => T): T {
  try {
    // A run takes at most 6 bytes and holds at least one value; into a buffer of that size a bomb cannot grow further.
    if (runsBuffer.length < length * 6) runsBuffer = new Uint8Array(length * 6);
    return read(inflateSync(bytes, { out: runsBuffer }));
  } catch (cause) {
    throw new AppError(
      'bad-project',
      'A part of the labels of this image is damaged; restore the project from a copy or import its labels again.',
      { cause },
    );
  }
}

/**
 * Of a tile of `width` × `height` values, those in the middles of squares of `step`, in the last, smaller squares their last
 * ones: ceil(width / step) × ceil(height / step) values, row by row, in `target`.
 * @throws AppError('bad-project') as `decodeTile`
 */
export function sampleTile(
  bytes: Uint8Array,
  { width, height, step }: { width: number; height: number; step: number },
  target: Uint8Array,
): Uint8Array {
  const half = step >> 1;
  const columns = Math.ceil(width / step);
  const rows = Math.ceil(height / step);
  return withRuns(bytes, width * height, (runs) => {
    const reader = new RunReader(runs);
    let to = 0;
    for (let row = 0; row < rows; row++) {
      const start = Math.min(height - 1, row * step + half) * width;
      for (let column = 0; column < columns; column++)
        target[to++] = reader.valueAt(start + Math.min(width - 1, column * step + half));
    }
    reader.requireEnd(width * height);
    return target;
  });
}

/** The values that `sampleTile` gives, of a tile that is decoded. */
export function sampleValues(
  values: Uint8Array,
  { width, height, step }: { width: number; height: number; step: number },
): Uint8Array {
  const half = step >> 1;
  const columns = Math.ceil(width / step);
  const rows = Math.ceil(height / step);
  const samples = new Uint8Array(columns * rows);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    const start = Math.min(height - 1, row * step + half) * width;
    for (let column = 0; column < columns; column++)
      samples[to++] = values[start + Math.min(width - 1, column * step + half)]!;
  }
  return samples;
}

/** Whether every value is 0. */
export function isVoid(values: Uint8Array): boolean {
  const { words, rest } = wordsOf(values);
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false;
  for (let i = rest; i < values.length; i++) if (values[i] !== 0) return false;
  return true;
}

/** Whether two tiles of one size hold the same values. */
export function sameValues(a: Uint8Array, b: Uint8Array): boolean {
  const left = wordsOf(a);
  const right = wordsOf(b);
  if (left.rest !== right.rest) return a.every((value, i) => value === b[i]);
  for (let i = 0; i < left.words.length; i++) if (left.words[i] !== right.words[i]) return false;
  for (let i = left.rest; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Four values at once, where the bytes lie aligned; `rest` is the first index that no word covers. */
function wordsOf(values: Uint8Array): { words: Uint32Array; rest: number } {
  if (values.byteOffset % 4 !== 0) return { words: new Uint32Array(0), rest: 0 };
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length >> 2);
  return { words, rest: words.length * 4 };
}
