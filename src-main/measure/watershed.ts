/** Objects that touch each other, taken apart where they are narrow. */
import { squaredDistances } from './distance.js';
import type { ObjectMap } from './object-properties.js';

export interface SplitOptions {
  /**
   * How much narrower, as a share of the smaller part's inner radius, the neck between two parts must be: 0 splits at every
   * dent, 1 never.
   */
  depth?: number;
  /** Parts of a smaller inner radius stay with their neighbour, px. */
  smallestRadius?: number;
}

/** On 80 training images of fluorescent nuclei the best of nine depths and three radii (docs/measurements.md). */
export const DEFAULT_SPLIT: Required<SplitOptions> = { depth: 0.15, smallestRadius: 2 };

/**
 * Watershed on the distance to the border: a part belongs to each maximum of the distance that stands out, from where
 * the water of two maxima meets the pixels go to the part that they are reached from first, deepest first. Maxima
 * that do not stand out are joined by persistence (H. Edelsbrunner, D. Letscher, A. Zomorodian, 2002).
 * @returns new numbers 1 … n, by the parts' topmost, then leftmost pixels; every pixel of an object stays one.
 */
export function splitTouching(
  map: ObjectMap,
  { depth = DEFAULT_SPLIT.depth, smallestRadius = DEFAULT_SPLIT.smallestRadius }: SplitOptions = {},
): ObjectMap & { data: Uint32Array; parents: number[] } {
  const { width, height, data } = map;
  const squared = squaredDistances(map);
  const order = byDescending(squared);
  // Basins by number from 1; pixels that water has not reached are 0.
  const basinOf = new Uint32Array(data.length);
  const parent: number[] = [0];
  const peak: number[] = [0];
  const rootOf = (basin: number): number => {
    while (parent[basin] !== basin) basin = parent[basin] = parent[parent[basin]!]!;
    return basin;
  };
  for (const pixel of order) {
    const level = Math.sqrt(squared[pixel]!);
    let own = 0;
    const x = pixel % width;
    const y = (pixel - x) / width;
    for (let way = 0; way < 8; way++) {
      const column = x + AROUND_X[way]!;
      const row = y + AROUND_Y[way]!;
      if (column < 0 || column >= width || row < 0 || row >= height) continue;
      const neighbour = row * width + column;
      if (data[neighbour] !== data[pixel] || basinOf[neighbour] === 0) continue;
      const other = rootOf(basinOf[neighbour]!);
      if (own === 0 || own === other) {
        own = other;
        continue;
      }
      const [low, high] = peak[own]! < peak[other]! ? [own, other] : [other, own];
      const stands = peak[low]! - level >= depth * peak[low]! && peak[low]! >= smallestRadius;
      if (!stands) parent[low] = high;
      own = high;
    }
    if (own === 0) {
      own = parent.push(parent.length) - 1;
      peak.push(level);
    }
    basinOf[pixel] = own;
  }
  return numbered(map, basinOf, rootOf);
}

/** Pixels of objects, those farthest from a border first, among equals from the top: squared distances are whole numbers. */
function byDescending(squared: Float64Array): Uint32Array {
  let largest = 0;
  let endless = 0;
  let count = 0;
  for (let i = 0; i < squared.length; i++) {
    if (squared[i] === 0) continue;
    count++;
    if (squared[i] === Infinity) endless++;
    else if (squared[i]! > largest) largest = squared[i]!;
  }
  // In a long strip an object may be far wider than high, with few of so many levels.
  const rankOf = largest <= 2 * count ? (level: number) => level : ranks(squared);
  const next = new Uint32Array(rankOf(largest) + 1);
  for (let i = 0; i < squared.length; i++)
    if (squared[i]! > 0 && squared[i]! < Infinity) next[rankOf(squared[i]!)]!++;
  let place = endless;
  for (let rank = next.length - 1; rank >= 0; rank--) {
    const pixels = next[rank]!;
    next[rank] = place;
    place += pixels;
  }
  const order = new Uint32Array(count);
  let first = 0;
  for (let i = 0; i < squared.length; i++) {
    const level = squared[i]!;
    if (level === Infinity) order[first++] = i;
    else if (level > 0) order[next[rankOf(level)]!++] = i;
  }
  return order;
}

/** A finite level's place among all that occur, from 0. */
function ranks(squared: Float64Array): (level: number) => number {
  const sorted = squared.filter((level) => level < Infinity).sort();
  let count = 0;
  for (const level of sorted) if (count === 0 || level !== sorted[count - 1]) sorted[count++] = level;
  return (level) => {
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < level) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Columns and rows to the eight around a pixel; those at its sides first. */
const AROUND_X = [0, -1, 1, 0, -1, 1, -1, 1];
const AROUND_Y = [-1, 0, 0, 1, -1, -1, 1, 1];

/** In place: a basin is not asked for again once its pixel has a number. */
function numbered(
  { width, height, data }: ObjectMap,
  basinOf: Uint32Array,
  rootOf: (basin: number) => number,
): ObjectMap & { data: Uint32Array; parents: number[] } {
  const numbers = new Map<number, number>();
  const parents: number[] = [];
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 0) continue;
    const root = rootOf(basinOf[i]!);
    let number = numbers.get(root);
    if (number === undefined) numbers.set(root, (number = parents.push(data[i]!)));
    basinOf[i] = number;
  }
  return { width, height, data: basinOf, parents };
}

/**
 * Pixels of the lines that part what `splitTouching` found: one pixel wide, on the side of the part with the smaller
 * number, so that the parts do not touch by corners either. From the top, row by row.
 */
export function forEachLinePixel(
  { width, height, data, parents }: ReturnType<typeof splitTouching>,
  visit: (pixel: number) => void,
): void {
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const own = data[i]!;
      if (own === 0) continue;
      const meets = (other: number) => {
        const part = data[other]!;
        return part > own && parents[part - 1] === parents[own - 1];
      };
      const left = x > 0;
      const right = x + 1 < width;
      const above =
        y > 0 && (meets(i - width) || (left && meets(i - width - 1)) || (right && meets(i - width + 1)));
      const below =
        y + 1 < height &&
        (meets(i + width) || (left && meets(i + width - 1)) || (right && meets(i + width + 1)));
      if (above || below || (left && meets(i - 1)) || (right && meets(i + 1))) visit(i);
    }
}
