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
    for (const neighbour of neighboursOf(pixel, width, height)) {
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

/** Pixels of objects, those farthest from a border first, among equals from the top. */
function byDescending(squared: Float64Array): Uint32Array {
  const pixels: number[] = [];
  for (let i = 0; i < squared.length; i++) if (squared[i]! > 0) pixels.push(i);
  return Uint32Array.from(pixels).sort((a, b) => squared[b]! - squared[a]! || a - b);
}

/** The eight around a pixel, inside the image; those at its sides first. */
function neighboursOf(pixel: number, width: number, height: number): number[] {
  const x = pixel % width;
  const y = (pixel - x) / width;
  const found: number[] = [];
  for (const [dx, dy] of AROUND)
    if (x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height) found.push(pixel + dy * width + dx);
  return found;
}

const AROUND = [
  [0, -1],
  [-1, 0],
  [1, 0],
  [0, 1],
  [-1, -1],
  [1, -1],
  [-1, 1],
  [1, 1],
] as const;

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
