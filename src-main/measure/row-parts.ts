/** Connected parts of an image that comes from the top in rows: memory goes with the width, and with how many parts begin. */
import { withIndex } from './growing.js';

/** Runs of pixels of one kind in a row, from the left. */
export interface RowRuns {
  count: number;
  /** Column of a run's first pixel, and of the pixel after its last. */
  starts: Int32Array;
  ends: Int32Array;
  /** From 0, in the order in which they begin. Parts that meet further down keep their numbers (`joined`). */
  parts: Int32Array;
}

export class RowParts {
  /** Parts begun so far. */
  count = 0;
  /** Of the row before the last. */
  above: RowRuns;
  private runs: RowRuns;
  private readonly kindsAbove: Uint8Array;

  /**
   * @param reach 0: pixels are joined by edges, 1: by corners too
   * @param joined Told which parts are one; the numbers of a second pass over the same rows are the same without it.
   */
  constructor(
    private readonly width: number,
    private readonly reach: 0 | 1,
    private readonly joined: (a: number, b: number) => void = () => undefined,
  ) {
    this.above = emptyRuns(width);
    this.runs = emptyRuns(width);
    this.kindsAbove = new Uint8Array(width);
  }

  /** @param kinds of the next row's pixels; 0: of no part. The runs are valid until the next but one call. */
  next(kinds: Uint8Array): RowRuns {
    const { above: runs, runs: above, reach, width, kindsAbove } = this;
    let first = 0;
    runs.count = 0;
    for (let x = 0; x < width;) {
      const kind = kinds[x]!;
      const start = x++;
      while (x < width && kinds[x] === kind) x++;
      if (kind === 0) continue;
      let part = -1;
      while (first < above.count && above.ends[first]! + reach <= start) first++;
      for (let i = first; i < above.count && above.starts[i]! < x + reach; i++) {
        if (kindsAbove[above.starts[i]!] !== kind) continue;
        const other = above.parts[i]!;
        if (part === -1) part = other;
        else if (part !== other) this.joined(part, other);
      }
      const run = runs.count++;
      runs.starts[run] = start;
      runs.ends[run] = x;
      runs.parts[run] = part === -1 ? this.count++ : part;
    }
    kindsAbove.set(kinds);
    this.above = above;
    this.runs = runs;
    return runs;
  }
}

const emptyRuns = (width: number): RowRuns => ({
  count: 0,
  starts: new Int32Array(width),
  ends: new Int32Array(width),
  parts: new Int32Array(width),
});

/** Which parts are one. */
export class JoinedParts {
  /** Of parts that met another one; 0: itself, else the number of an earlier one plus 1. */
  private parents = new Int32Array(1024);

  /** To be called for each part that begins. */
  begin(part: number): void {
    this.parents = withIndex(this.parents, part, Int32Array);
  }

  join(a: number, b: number): void {
    const [rootA, rootB] = [this.rootOf(a), this.rootOf(b)];
    if (rootA !== rootB) this.parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB) + 1;
  }

  rootOf(part: number): number {
    const { parents } = this;
    let root = part;
    while (parents[root] !== 0) root = parents[root]! - 1;
    while (part !== root) {
      const next = parents[part]! - 1;
      parents[part] = root + 1;
      part = next;
    }
    return root;
  }
}
