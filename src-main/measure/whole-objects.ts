/** Objects of an image that comes from the top in rows, each with all its pixels as soon as no row goes on with it. */
import type { Size } from '../shared/model.js';
import { withIndex } from './growing.js';
import { RowParts } from './row-parts.js';

/** Pixels of one kind that touch, also by a corner. */
export interface WholeObject {
  /** First row and column, row and column after the last. */
  top: number;
  left: number;
  bottom: number;
  right: number;
  /** Row, first column and column after the last, one run after the other in no order. */
  runs: Int32Array;
}

export interface WholeObjectsOptions {
  /** By label value; 0: of no object. */
  kindOf: Uint8Array;
  /** Objects in a larger box are passed over. */
  mostPixels: number;
  /** Of all objects that are open at a time; then the one with most of them is passed over. */
  mostRuns?: number;
}

interface Open extends Omit<WholeObject, 'bottom'> {
  /** Numbers in `runs`. */
  filled: number;
  /** CLOSED once it was told. */
  lastRow: number;
  passed: boolean;
  joined: Open | null;
}

/** Takes up to two hundred megabytes. */
const MOST_RUNS = 8_000_000;

/** In memory that goes with the width and with the runs of the objects that a row passes through. */
export class WholeObjects {
  /** Objects that were too large. */
  passed = 0;
  private y = 0;
  private held = 0;
  private readonly parts: RowParts;
  /** By the parts of the last row: no other number comes again. */
  private open = new Map<number, Open>();
  private spare = new Map<number, Open>();
  private readonly kinds: Uint8Array;

  constructor(
    private readonly size: Size,
    private readonly options: WholeObjectsOptions,
  ) {
    this.parts = new RowParts(size.width, 1, (a, b) => this.join(a, b));
    this.kinds = new Uint8Array(size.width);
  }

  /** The next whole rows from the top. @returns objects that have ended. @throws RangeError for half rows or too many. */
  add(rows: Uint8Array): WholeObject[] {
    const { width, height } = this.size;
    const count = rows.length / width;
    if (!Number.isInteger(count) || this.y + count > height)
      throw new RangeError(`${rows.length} values are not the next rows of ${width} × ${height} px`);
    const ended: WholeObject[] = [];
    for (let i = 0; i < count; i++) {
      for (let x = 0; x < width; x++) this.kinds[x] = this.options.kindOf[rows[i * width + x]!]!;
      this.addRow(ended);
    }
    return ended;
  }

  /** Those that reach the last row. @throws RangeError when rows are missing. */
  finish(): WholeObject[] {
    if (this.y !== this.size.height) throw new RangeError(`${this.y} of ${this.size.height} rows were added`);
    const ended: WholeObject[] = [];
    this.closeOthers(ended);
    return ended;
  }

  private addRow(ended: WholeObject[]): void {
    const { count, starts, ends, parts } = this.parts.next(this.kinds);
    const { open, spare: now } = this;
    for (let i = 0; i < count; i++) {
      const known = open.get(parts[i]!);
      const object = known ? rootOf(known) : started(this.y, starts[i]!);
      this.addRun(object, starts[i]!, ends[i]!);
      now.set(parts[i]!, object);
    }
    this.closeOthers(ended);
    open.clear();
    [this.open, this.spare] = [now, open];
    const { mostRuns = MOST_RUNS } = this.options;
    while (this.held > mostRuns) this.pass(this.largest());
    this.y++;
  }

  private addRun(object: Open, start: number, end: number): void {
    object.lastRow = this.y;
    object.left = Math.min(object.left, start);
    object.right = Math.max(object.right, end);
    if (object.passed) return;
    if (this.isTooLarge(object)) return this.pass(object);
    const { filled } = object;
    object.runs = withIndex(object.runs, filled + 2, Int32Array);
    object.runs[filled] = this.y;
    object.runs[filled + 1] = start;
    object.runs[filled + 2] = end;
    object.filled += 3;
    this.held++;
  }

  private join(a: number, b: number): void {
    const [first, second] = [rootOf(this.open.get(a)!), rootOf(this.open.get(b)!)];
    if (first === second) return;
    // The fewer are copied.
    const [own, other] = first.filled >= second.filled ? [first, second] : [second, first];
    own.top = Math.min(own.top, other.top);
    own.left = Math.min(own.left, other.left);
    own.right = Math.max(own.right, other.right);
    own.lastRow = Math.max(own.lastRow, other.lastRow);
    if (own.passed || other.passed) {
      this.pass(own);
      this.pass(other);
    } else {
      own.runs = withIndex(own.runs, own.filled + other.filled, Int32Array);
      own.runs.set(other.runs.subarray(0, other.filled), own.filled);
      own.filled += other.filled;
    }
    Object.assign(other, { joined: own, runs: NO_RUNS, filled: 0 });
  }

  private isTooLarge({ top, left, right, lastRow }: Open): boolean {
    return (right - left) * (lastRow + 1 - top) > this.options.mostPixels;
  }

  private pass(object: Open): void {
    this.held -= object.filled / 3;
    Object.assign(object, { passed: true, runs: NO_RUNS, filled: 0 });
  }

  private largest(): Open {
    let most: Open | null = null;
    for (const object of this.open.values())
      if (!most || rootOf(object).filled > most.filled) most = rootOf(object);
    return most!;
  }

  /** Of the row before, those that the present one does not go on with. */
  private closeOthers(ended: WholeObject[]): void {
    for (const object of this.open.values()) {
      const root = rootOf(object);
      if (root.lastRow !== this.y - 1) continue;
      root.lastRow = CLOSED;
      this.held -= root.filled / 3;
      const { top, left, right, runs, filled, passed } = root;
      if (passed) this.passed++;
      else ended.push({ top, left, right, bottom: this.y, runs: runs.subarray(0, filled) });
    }
  }
}

const CLOSED = -1;
const NO_RUNS = new Int32Array(0);

const started = (row: number, column: number): Open => ({
  ...{ top: row, lastRow: row, left: column, right: column },
  ...{ runs: new Int32Array(30), filled: 0, passed: false, joined: null },
});

function rootOf(object: Open): Open {
  let root = object;
  while (root.joined) root = root.joined;
  for (let at = object; at.joined && at.joined !== root;) {
    const next = at.joined;
    at.joined = root;
    at = next;
  }
  return root;
}
