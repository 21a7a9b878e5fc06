/** Connected parts of a selection by union of row runs, and what is made of them: holes and specks. */
import type { Size } from './model.js';

/** Neighbours of a pixel: 4 with a common edge, 8 with a common corner too. */
export type Connectivity = 4 | 8;

/** Runs of selected pixels in reading order, and which part each belongs to. */
interface Parts {
  /** Index of the first pixel of each run, and the index after its last. */
  starts: Uint32Array;
  ends: Uint32Array;
  /** Number of the part of each run: the number of its first run. */
  roots: Uint32Array;
  runs: number;
}

/** Fills the parts of what is not selected (joined by edges) that do not touch the window's border. */
export function fillHoles(selection: Uint8Array, size: Size): Uint8Array {
  const filled = selection.slice();
  forEachHole(selection, size, (hole) => {
    for (const [start, end] of hole) filled.fill(1, start, end);
  });
  return filled;
}

/**
 * Gives each part of what is not selected (joined by edges) that does not touch the window's border: index of the first
 * pixel of each of its rows, and the index after the last.
 */
export function forEachHole(
  selection: Uint8Array,
  size: Size,
  visit: (hole: [start: number, end: number][]) => void,
): void {
  const { width, height } = size;
  const { starts, ends, roots, runs } = partsOf(selection, size, { selected: false, connectivity: 4 });
  const open = new Uint8Array(runs);
  for (let run = 0; run < runs; run++) {
    const row = Math.floor(starts[run]! / width);
    const column = starts[run]! - row * width;
    const touches = row === 0 || row === height - 1 || column === 0 || ends[run]! === (row + 1) * width;
    if (touches) open[roots[run]!] = 1;
  }
  const holes = new Map<number, [number, number][]>();
  for (let run = 0; run < runs; run++) {
    const root = roots[run]!;
    if (open[root] === 1) continue;
    const rows = holes.get(root);
    if (rows) rows.push([starts[run]!, ends[run]!]);
    else holes.set(root, [[starts[run]!, ends[run]!]]);
  }
  for (const hole of holes.values()) visit(hole);
}

/** Drops connected parts of fewer than `minPixels` pixels. */
export function removeSpecks(
  selection: Uint8Array,
  size: Size,
  { minPixels, connectivity }: { minPixels: number; connectivity: Connectivity },
): Uint8Array {
  const { starts, ends, roots, runs } = partsOf(selection, size, { selected: true, connectivity });
  const pixels = new Float64Array(runs);
  for (let run = 0; run < runs; run++) pixels[roots[run]!]! += ends[run]! - starts[run]!;
  const kept = selection.slice();
  for (let run = 0; run < runs; run++)
    if (pixels[roots[run]!]! < minPixels) kept.fill(0, starts[run]!, ends[run]!);
  return kept;
}

function partsOf(
  selection: Uint8Array,
  { width, height }: Size,
  { selected, connectivity }: { selected: boolean; connectivity: Connectivity },
): Parts {
  const reach = connectivity === 8 ? 1 : 0;
  let capacity = 4096;
  let starts = new Uint32Array(capacity);
  let ends = new Uint32Array(capacity);
  let roots = new Uint32Array(capacity);
  let runs = 0;
  const rootOf = (run: number): number => {
    while (roots[run] !== run) {
      roots[run] = roots[roots[run]!]!;
      run = roots[run]!;
    }
    return run;
  };
  let above = 0;
  for (let y = 0; y < height; y++) {
    const rowEnd = (y + 1) * width;
    const firstOfRow = runs;
    for (let i = y * width; i < rowEnd;) {
      if ((selection[i] !== 0) !== selected) {
        i++;
        continue;
      }
      const start = i;
      while (i < rowEnd && (selection[i] !== 0) === selected) i++;
      if (runs === capacity) {
        capacity *= 2;
        starts = enlarged(starts, capacity);
        ends = enlarged(ends, capacity);
        roots = enlarged(roots, capacity);
      }
      starts[runs] = start;
      ends[runs] = i;
      roots[runs] = runs;
      // Runs above that end before this one begins can meet no later run of this row either.
      while (above < firstOfRow && ends[above]! + width + reach <= start) above++;
      for (let other = above; other < firstOfRow && starts[other]! + width < i + reach; other++) {
        const a = rootOf(runs);
        const b = rootOf(other);
        if (a < b) roots[b] = a;
        else roots[a] = b;
      }
      runs++;
    }
    above = firstOfRow;
  }
  for (let run = 0; run < runs; run++) roots[run] = rootOf(run);
  return { starts, ends, roots, runs };
}

function enlarged(values: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(values);
  return larger;
}
