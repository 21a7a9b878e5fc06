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
  const next = new Uint32Array(largest + 1);
  for (let i = 0; i < squared.length; i++)
    if (squared[i]! > 0 && squared[i]! < Infinity) next[squared[i]!]!++;
  let place = endless;
  for (let level = largest; level > 0; level--) {
    const pixels = next[level]!;
    next[level] = place;
    place += pixels;
  }
  const order = new Uint32Array(count);
  let first = 0;
  for (let i = 0; i < squared.length; i++) {
    const level = squared[i]!;
    if (level === Infinity) order[first++] = i;
    else if (level > 0) order[next[level]!++] = i;
  }
  return order;
}

/** Columns and rows to the eight around a pixel; those at its sides first. */
const AROUND_X = [0, -1, 1, 0, -1, 1, -1, 1];
const AROUND_Y = [-1, 0, 0, 1, -1, -1, 1, 1];

function numbered(
  { width, height, data }: ObjectMap,
  basinOf: Uint32Array,
  rootOf: (basin: number) => number,
): ObjectMap & { data: Uint32Array; parents: number[] } {
  const out = new Uint32Array(data.length);
  const numbers = new Map<number, number>();
  const parents: number[] = [];
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 0) continue;
    const root = rootOf(basinOf[i]!);
    let number = numbers.get(root);
    if (number === undefined) numbers.set(root, (number = parents.push(data[i]!)));
    out[i] = number;
  }
  return { width, height, data: out, parents };
}
