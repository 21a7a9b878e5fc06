/** What is summed up over the pixels of one object, in one piece or in several that are added. */
import type { PixelImage } from '../shared/model.js';
import { convexArea, type RowExtents } from './convex-area.js';
import type { ChannelIntensity, ObjectProperties } from './object-properties.js';

/** Sums over the pixels of one object. Coordinates count from its first pixel: smaller numbers, all of them exact. */
export interface Sums extends RowExtents {
  area: number;
  originX: number;
  x: number;
  y: number;
  xx: number;
  xy: number;
  yy: number;
  firstRow: number;
  firstColumn: number;
  endColumn: number;
  intensity: ChannelIntensity[];
}

export const started = (originX: number, firstRow: number, channels: number): Sums => ({
  area: 0,
  originX,
  x: 0,
  y: 0,
  xx: 0,
  xy: 0,
  yy: 0,
  firstRow,
  firstColumn: Infinity,
  endColumn: 0,
  left: [],
  right: [],
  intensity: Array.from({ length: channels }, () => ({ mean: 0, min: Infinity, max: -Infinity })),
});

/** Pixels `start` to `end` − 1 of a row. */
export function addRun(own: Sums, y: number, start: number, end: number): void {
  const row = y - own.firstRow;
  const [from, to] = [start - own.originX, end - own.originX];
  const n = to - from;
  const sumX = (n * (from + to - 1)) / 2;
  own.area += n;
  own.x += sumX;
  own.y += n * row;
  own.xx += sumOfSquares(to - 1) - sumOfSquares(from - 1);
  own.xy += sumX * row;
  own.yy += n * row * row;
  own.firstColumn = Math.min(own.firstColumn, start);
  own.endColumn = Math.max(own.endColumn, end);
  widen(own, { row, left: start, right: end - 1 });
}

/** Adds the sums of `other`, of the same object, whose first pixel comes after that of `own`. */
export function addSums(own: Sums, other: Sums): void {
  const [dx, dy] = [other.originX - own.originX, other.firstRow - own.firstRow];
  const { area } = other;
  own.area += area;
  own.x += other.x + dx * area;
  own.y += other.y + dy * area;
  own.xx += other.xx + 2 * dx * other.x + dx * dx * area;
  own.xy += other.xy + dx * other.y + dy * other.x + dx * dy * area;
  own.yy += other.yy + 2 * dy * other.y + dy * dy * area;
  own.firstColumn = Math.min(own.firstColumn, other.firstColumn);
  own.endColumn = Math.max(own.endColumn, other.endColumn);
  other.left.forEach((left, i) => {
    widen(own, { row: i + dy, left, right: other.right[i]! });
  });
  own.intensity.forEach((one, channel) => {
    const { mean, min, max } = other.intensity[channel]!;
    one.mean += mean;
    one.min = Math.min(one.min, min);
    one.max = Math.max(one.max, max);
  });
}

function widen(own: Sums, { row, left, right }: { row: number; left: number; right: number }): void {
  while (own.left.length <= row) {
    own.left.push(Infinity);
    own.right.push(-Infinity);
  }
  own.left[row] = Math.min(own.left[row]!, left);
  own.right[row] = Math.max(own.right[row]!, right);
}

/** 0² + 1² + … + n² less a constant; differences are what counts, also left of 0. */
const sumOfSquares = (n: number): number => (n * (n + 1) * (2 * n + 1)) / 6;

/** `mean` is the sum for now. */
export function addSamples(
  intensity: ChannelIntensity[],
  { data, channels }: PixelImage,
  first: number,
  end: number,
): void {
  for (let channel = 0; channel < intensity.length; channel++) {
    const own = intensity[channel]!;
    for (let i = first * channels + channel; i < end * channels; i += channels) {
      const value = data[i]!;
      own.mean += value;
      // As NumPy does it: one NaN makes all three NaN.
      own.min = Math.min(own.min, value);
      own.max = Math.max(own.max, value);
    }
  }
}

export function propertiesOf(
  label: number,
  own: Sums,
  perimeter: number,
  { width, height }: { width: number; height: number },
): ObjectProperties {
  const { area, firstRow, firstColumn, endColumn } = own;
  const endRow = firstRow + own.left.length;
  return {
    label,
    area,
    centroid: [firstRow + own.y / area, own.originX + own.x / area],
    bbox: [firstRow, firstColumn, endRow, endColumn],
    perimeter,
    eccentricity: eccentricityOf(own),
    solidity: area / convexArea(own),
    equivalentDiameterArea: Math.sqrt((4 * area) / Math.PI),
    touchesBorder: firstRow === 0 || firstColumn === 0 || endRow === height || endColumn === width,
    intensity: own.intensity.map(({ mean, min, max }) => ({ mean: mean / area, min, max })),
  };
}

function eccentricityOf({ area, x, y, xx, xy, yy }: Sums): number {
  // area² times the variances: whole numbers, so that a square has exactly 0.
  const varianceX = area * xx - x * x;
  const varianceY = area * yy - y * y;
  const covariance = area * xy - x * y;
  const middle = (varianceX + varianceY) / 2;
  const reach = Math.hypot((varianceX - varianceY) / 2, covariance);
  const long = middle + reach;
  if (long <= 0) return 0;
  return Math.sqrt(1 - Math.max(0, middle - reach) / long);
}
