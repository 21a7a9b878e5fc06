/** Connected components of a label map: every object gets a number of its own. */
import type { LabelMap } from '../shared/model.js';

export interface Components {
  width: number;
  height: number;
  /** `data[y * width + x]` is 0 or the object's number, counted from 1 in the order of their topmost, then leftmost pixels. */
  data: Uint32Array;
  /** Label value of object n at index n − 1. */
  values: number[];
}

interface Runs {
  /** Column of a run's first pixel, and of the pixel after its last. */
  start: Int32Array;
  end: Int32Array;
  value: Uint8Array;
  /** Runs of row y are `rowStart[y]` to `rowStart[y + 1]`. */
  rowStart: Int32Array;
}

/**
 * Pixels of one label value that touch each other, also by a corner (8-connectivity), are one object. Values that are
 * `ignored`, and 0, are no objects. Union–find over runs of equal pixels, as in He, Chao and Suzuki, "A run-based
 * two-scan labeling algorithm" (2008): memory goes with the number of runs.
 */
export function connectedComponents(map: LabelMap, ignored: readonly number[] = []): Components {
  const runs = runsOf(map, new Set([0, ...ignored]));
  const parent = Int32Array.from({ length: runs.start.length }, (_, i) => i);
  const rootOf = (run: number): number => {
    while (parent[run] !== run) run = parent[run] = parent[parent[run]!]!;
    return run;
  };
  for (let y = 1; y < map.height; y++) {
    let above = runs.rowStart[y - 1]!;
    const aboveEnd = runs.rowStart[y]!;
    for (let run = aboveEnd; run < runs.rowStart[y + 1]!; run++) {
      // Touching by a corner: the columns may be one apart.
      while (above < aboveEnd && runs.end[above]! < runs.start[run]!) above++;
      for (let other = above; other < aboveEnd && runs.start[other]! <= runs.end[run]!; other++)
        if (runs.value[other] === runs.value[run]) {
          const [a, b] = [rootOf(other), rootOf(run)];
          // The earlier run stays the root, so that objects are numbered from the top.
          parent[Math.max(a, b)] = Math.min(a, b);
        }
    }
  }
  return paint(map, runs, rootOf);
}

function paint(map: LabelMap, runs: Runs, rootOf: (run: number) => number): Components {
  const { width, height } = map;
  const data = new Uint32Array(width * height);
  const numbers = new Uint32Array(runs.start.length);
  const values: number[] = [];
  for (let y = 0; y < height; y++)
    for (let run = runs.rowStart[y]!; run < runs.rowStart[y + 1]!; run++) {
      const root = rootOf(run);
      if (numbers[root] === 0) numbers[root] = values.push(runs.value[run]!);
      data.fill(numbers[root]!, y * width + runs.start[run]!, y * width + runs.end[run]!);
    }
  return { width, height, data, values };
}

function runsOf({ width, height, data }: LabelMap, ignored: ReadonlySet<number>): Runs {
  const rowStart = new Int32Array(height + 1);
  let count = 0;
  let [start, end, value] = [new Int32Array(1024), new Int32Array(1024), new Uint8Array(1024)];
  for (let y = 0; y < height; y++) {
    rowStart[y] = count;
    const row = data.subarray(y * width, (y + 1) * width);
    for (let x = 0; x < width;) {
      const own = row[x]!;
      const from = x++;
      while (x < width && row[x] === own) x++;
      if (ignored.has(own)) continue;
      if (count === start.length) {
        start = larger(start, Int32Array);
        end = larger(end, Int32Array);
        value = larger(value, Uint8Array);
      }
      [start[count], end[count], value[count]] = [from, x, own];
      count++;
    }
  }
  rowStart[height] = count;
  return {
    start: start.subarray(0, count),
    end: end.subarray(0, count),
    value: value.subarray(0, count),
    rowStart,
  };
}

function larger<T extends Int32Array | Uint8Array>(array: T, kind: new (length: number) => T): T {
  const copy = new kind(array.length * 2);
  copy.set(array);
  return copy;
}
