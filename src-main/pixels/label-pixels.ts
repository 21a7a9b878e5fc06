/** Label numbers from the pixels of a mask file. */
import { basename } from 'node:path';
import { AppError } from '../shared/errors.js';
import type { DecodedPlane } from './plane.js';

/** `data[y * width + x]` is a number 0 … 65535: a palette index or a grey value. */
export interface LabelPixels {
  width: number;
  height: number;
  data: Uint8Array | Uint16Array;
  kind: 'index' | 'grey';
}

/** @throws AppError('bad-labels') for colours, and for values that are not whole numbers from 0 to 65535. */
export function collapseLabels(plane: DecodedPlane, path: string): LabelPixels {
  const { width, height } = plane;
  const kind = plane.indexed ? 'index' : 'grey';
  const colours = plane.alpha ? plane.channels - 1 : plane.channels;
  const { data, channels } = plane;
  const bad = (what: string) =>
    new AppError(
      'bad-labels',
      `${basename(path)} ${what}; labels must be grey values or palette indices, one number a class.`,
    );
  if (channels === 1 && (data instanceof Uint8Array || data instanceof Uint16Array))
    return { width, height, data, kind };

  const wide = plane.type !== 'uint8';
  const numbers = wide ? new Uint16Array(width * height) : new Uint8Array(width * height);
  for (let i = 0; i < numbers.length; i++) {
    const value = data[i * channels]!;
    for (let c = 1; c < colours; c++)
      if (data[i * channels + c] !== value)
        throw bad(colours === 3 ? 'is a colour picture' : 'has several channels');
    if (!(Number.isInteger(value) && value >= 0 && value <= 65_535)) throw bad(`holds the value ${value}`);
    numbers[i] = value;
  }
  return { width, height, data: numbers, kind };
}
