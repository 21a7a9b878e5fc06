/**
 * Holes and objects of an image that comes from the top in rows, for cleaning it up: the same pixels as `cleanUp` of the
 * whole. What becomes of a part is known when all rows were seen, so that they come a second time to be changed.
 */
import { AppError } from '../shared/errors.js';
import type { Size } from '../shared/model.js';
import type { CleanUpValues } from './clean-up.js';
import { withIndex } from './growing.js';
import { JoinedParts, RowParts, type RowRuns } from './row-parts.js';

/** Changes the next whole rows from the top, in place. */
export type RowChange = (rows: Uint8Array) => void;

/** Each takes less than half a gigabyte. */
const MOST_HOLES = 4_000_000;
const MOST_OBJECTS = 16_000_000;

/** Background enclosed by objects, and what borders most of it. */
export class RowHoles {
  private readonly kindOf: Uint8Array;
  private readonly pass: Pass;
  /** Of parts that reach the border. */
  private open = new Uint8Array(1024);
  /** Pixels of a value beside a part, by 256 · part + value. */
  private beside = new Map<number, number>();
  private above: Uint8Array;

  constructor(
    private readonly size: Size,
    { background }: CleanUpValues,
  ) {
    // Void and all backgrounds are one kind.
    this.kindOf = Uint8Array.from({ length: 256 }, (_, value) =>
      value === 0 || background.includes(value) ? 1 : 0,
    );
    this.pass = new Pass(size, { kindOf: this.kindOf, reach: 0, most: MOST_HOLES, what: 'holes' });
    this.above = new Uint8Array(size.width);
  }

  /** @throws AppError('too-large') for too many holes, RangeError for half rows or too many. */
  add(rows: Uint8Array): void {
    const { width } = this.size;
    const { pass } = this;
    pass.each(rows, (row, runs) => {
      this.open = withIndex(this.open, pass.parts.count, Uint8Array);
      for (let i = 0; i < runs.count; i++) {
        const [start, end] = [runs.starts[i]!, runs.ends[i]!];
        if (pass.touchesBorder(start, end)) this.open[runs.parts[i]!] = 1;
        if (start > 0) this.note(runs.parts[i]!, row[start - 1]!, 1);
        if (end < width) this.note(runs.parts[i]!, row[end]!, 1);
        this.count(this.above, start, end, runs.parts[i]!);
      }
      const { above } = pass.parts;
      for (let i = 0; i < above.count; i++)
        this.count(row, above.starts[i]!, above.ends[i]!, above.parts[i]!);
      this.above.set(row);
    });
  }

  /** Once all rows were added: a change to be made from the top on, as often as it is asked for. @throws RangeError when rows are missing. */
  finish(): () => RowChange {
    const count = this.pass.finished();
    const beside = new Map<number, Map<number, number>>();
    for (const [key, pixels] of this.beside) {
      const root = this.pass.joined.rootOf(key >>> 8);
      const own = beside.get(root) ?? new Map<number, number>();
      own.set(key & 255, (own.get(key & 255) ?? 0) + pixels);
      beside.set(root, own);
    }
    this.beside = new Map();
    for (let part = 0; part < count; part++)
      if (this.open[part] === 1) this.open[this.pass.joined.rootOf(part)] = 1;
    const fills = new Uint8Array(count);
    for (const [root, own] of beside)
      if (this.open[root] === 0)
        fills[root] = [...own].reduce((best, one) =>
          one[1] > best[1] || (one[1] === best[1] && one[0] < best[0]) ? one : best,
        )[0];
    for (let part = 0; part < count; part++) fills[part] = fills[this.pass.joined.rootOf(part)]!;
    return () => changing(this.size.width, this.pass.options, (part) => fills[part] || null);
  }

  /** What borders a run from the row above or below it. */
  private count(row: Uint8Array, start: number, end: number, part: number): void {
    for (let x = start; x < end;) {
      const value = row[x]!;
      const from = x++;
      while (x < end && row[x] === value) x++;
      this.note(part, value, x - from);
    }
  }

  private note(part: number, value: number, pixels: number): void {
    if (this.kindOf[value] === 1) return;
    const key = part * 256 + value;
    this.beside.set(key, (this.beside.get(key) ?? 0) + pixels);
  }
}

/** By label value: itself, or 0 where it has no objects. */
export const objectKinds = ({ background }: CleanUpValues): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, value) => (background.includes(value) ? 0 : value));

/** Objects that are too small, or cut by the border. */
export class RowObjects {
  private readonly pass: Pass;
  private pixels = new Float64Array(1024);
  private cut = new Uint8Array(1024);

  constructor(
    private readonly size: Size,
    private readonly values: CleanUpValues,
  ) {
    this.pass = new Pass(size, {
      kindOf: objectKinds(values),
      reach: 1,
      most: MOST_OBJECTS,
      what: 'objects',
    });
  }

  /** @throws AppError('too-large') for too many objects, RangeError for half rows or too many. */
  add(rows: Uint8Array): void {
    const { pass } = this;
    pass.each(rows, (_, runs) => {
      this.pixels = withIndex(this.pixels, pass.parts.count, Float64Array);
      this.cut = withIndex(this.cut, pass.parts.count, Uint8Array);
      for (let i = 0; i < runs.count; i++) {
        const [start, end, part] = [runs.starts[i]!, runs.ends[i]!, runs.parts[i]!];
        this.pixels[part]! += end - start;
        if (pass.touchesBorder(start, end)) this.cut[part] = 1;
      }
    });
  }

  /** As of `RowHoles`. */
  finish({ minArea = 0, wholeOnly = false }: { minArea?: number; wholeOnly?: boolean }): () => RowChange {
    const count = this.pass.finished();
    const { joined } = this.pass;
    for (let part = 0; part < count; part++) {
      const root = joined.rootOf(part);
      if (root === part) continue;
      this.pixels[root]! += this.pixels[part]!;
      this.cut[root]! |= this.cut[part]!;
    }
    const dropped = Uint8Array.from({ length: count }, (_, part) => {
      const root = joined.rootOf(part);
      return this.pixels[root]! < minArea || (wholeOnly && this.cut[root] === 1) ? 1 : 0;
    });
    const { empty } = this.values;
    return () => changing(this.size.width, this.pass.options, (part) => (dropped[part] === 1 ? empty : null));
  }
}

interface PassOptions {
  /** Pixels of one kind are joined; 0: of no part. */
  kindOf: Uint8Array;
  reach: 0 | 1;
  most: number;
  what: string;
}

class Pass {
  readonly joined = new JoinedParts();
  readonly parts: RowParts;
  private y = 0;
  private readonly kinds: Uint8Array;

  constructor(
    private readonly size: Size,
    readonly options: PassOptions,
  ) {
    this.parts = new RowParts(size.width, options.reach, (a, b) => this.joined.join(a, b));
    this.kinds = new Uint8Array(size.width);
  }

  each(rows: Uint8Array, look: (row: Uint8Array, runs: RowRuns) => void): void {
    const { width, height } = this.size;
    const count = rows.length / width;
    if (!Number.isInteger(count) || this.y + count > height)
      throw new RangeError(`${rows.length} values are not the next rows of ${width} × ${height} px`);
    for (let i = 0; i < count; i++) {
      const row = rows.subarray(i * width, (i + 1) * width);
      for (let x = 0; x < width; x++) this.kinds[x] = this.options.kindOf[row[x]!]!;
      const before = this.parts.count;
      const runs = this.parts.next(this.kinds);
      for (let part = before; part < this.parts.count; part++) this.joined.begin(part);
      this.requireFew();
      look(row, runs);
      this.y++;
    }
  }

  /** A run of the row that is looked at. */
  touchesBorder(start: number, end: number): boolean {
    return this.y === 0 || this.y === this.size.height - 1 || start === 0 || end === this.size.width;
  }

  /** @returns how many parts there are. */
  finished(): number {
    if (this.y !== this.size.height) throw new RangeError(`${this.y} of ${this.size.height} rows were added`);
    return this.parts.count;
  }

  private requireFew(): void {
    const { most, what } = this.options;
    if (this.parts.count > most)
      throw new AppError(
        'too-large',
        `It has more than ${most.toLocaleString('en')} ${what}, which are probably noise; smooth it, or segment it without cleaning up.`,
      );
  }
}

/** @param becomes the value that a part gets, null: it stays. Its number is that of the first pass. */
function changing(
  width: number,
  { kindOf, reach }: PassOptions,
  becomes: (part: number) => number | null,
): RowChange {
  const parts = new RowParts(width, reach);
  const kinds = new Uint8Array(width);
  return (rows) => {
    for (let from = 0; from < rows.length; from += width) {
      const row = rows.subarray(from, from + width);
      for (let x = 0; x < width; x++) kinds[x] = kindOf[row[x]!]!;
      const runs = parts.next(kinds);
      for (let i = 0; i < runs.count; i++) {
        const value = becomes(runs.parts[i]!);
        if (value !== null) row.fill(value, runs.starts[i], runs.ends[i]);
      }
    }
  };
}
