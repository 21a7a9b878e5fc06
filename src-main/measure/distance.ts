/** Distance of every pixel of an object to the nearest pixel that is not of it. */
import type { ObjectMap } from './object-properties.js';

/**
 * Squared Euclidean distance in px, exact, from the centre of each pixel to that of the nearest pixel with another number
 * or none; the image's edge is no border. 0 where there is no object; Infinity for an object that fills the whole image.
 * A. Meijster, J. Roerdink, W. Hesselink, "A general algorithm for computing distance transforms in linear time" (2000),
 * object by object: touching objects are borders to each other.
 */
export function squaredDistances({ width, height, data }: ObjectMap): Float64Array {
  const vertical = verticalDistances({ width, height, data });
  const squared = new Float64Array(width * height);
  // Centres and beginnings of the parabolas that make the lower envelope of a run.
  const centre = new Int32Array(width);
  const begin = new Float64Array(width + 1);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width;) {
      const start = x;
      const label = data[y * width + x]!;
      do x++;
      while (x < width && data[y * width + x] === label);
      if (label !== 0) alongRun({ vertical, squared, centre, begin }, y * width, start, x, width);
    }
  return squared;
}

/** More rows than an image has. */
const ENDLESS = 2 ** 31 - 1;

/** Rows to the nearest pixel above or below that is not of the object; ENDLESS where there is none. */
function verticalDistances({ width, height, data }: ObjectMap): Int32Array {
  const distance = new Int32Array(width * height);
  for (let x = 0; x < width; x++) {
    for (let y = 0, since = ENDLESS; y < height; y++) {
      const i = y * width + x;
      const same = y > 0 && data[i] === data[i - width];
      since = y === 0 ? ENDLESS : !same ? 1 : since === ENDLESS ? ENDLESS : since + 1;
      distance[i] = data[i] === 0 ? 0 : since;
    }
    for (let y = height - 1, since = ENDLESS; y >= 0; y--) {
      const i = y * width + x;
      const same = y < height - 1 && data[i] === data[i + width];
      since = y === height - 1 ? ENDLESS : !same ? 1 : since === ENDLESS ? ENDLESS : since + 1;
      if (data[i] !== 0) distance[i] = Math.min(distance[i]!, since);
    }
  }
  return distance;
}

interface Lines {
  vertical: Int32Array;
  squared: Float64Array;
  centre: Int32Array;
  begin: Float64Array;
}

/** The lower envelope of the parabolas (x − c)² + vertical(c)² over columns `start` to `end` − 1 of one object. */
function alongRun(
  { vertical, squared, centre, begin }: Lines,
  row: number,
  start: number,
  end: number,
  width: number,
): void {
  // What lies just outside the run is border: parabolas of height 0 beyond its ends.
  const first = start > 0 ? start - 1 : start;
  const last = end < width ? end : end - 1;
  const heightOf = (column: number) => {
    if (column < start || column >= end) return 0;
    const rows = vertical[row + column]!;
    return rows === ENDLESS ? Infinity : rows * rows;
  };
  let count = 0;
  for (let column = first; column <= last; column++) {
    const height = heightOf(column);
    if (height === Infinity) continue;
    let from = -Infinity;
    while (count > 0) {
      const other = centre[count - 1]!;
      from = (height + column ** 2 - heightOf(other) - other ** 2) / (2 * (column - other));
      if (from > begin[count - 1]!) break;
      count--;
      from = -Infinity;
    }
    centre[count] = column;
    begin[count++] = from;
  }
  begin[count] = Infinity;
  for (let column = start, at = 0; column < end; column++) {
    if (count === 0) {
      squared[row + column] = Infinity;
      continue;
    }
    while (begin[at + 1]! < column) at++;
    squared[row + column] = (column - centre[at]!) ** 2 + heightOf(centre[at]!);
  }
}
