/** Objects of an image that comes from the top in bands of rows: as those of the whole, in memory that goes with its width. */
import { AppError } from '../shared/errors.js';
import type { PixelImage } from '../shared/model.js';
import type { ObjectProperties } from './object-properties.js';
import { addRun, addSamples, addSums, propertiesOf, started, type Sums } from './object-sums.js';
import { CODES, perimeterOf } from './perimeter.js';

export interface StreamedObject {
  /** Class of its pixels, as in the rows. */
  value: number;
  properties: ObjectProperties;
}

/** An object while rows may still be added; `joined`: the earlier one that it turned out to be a part of. */
interface Open {
  value: number;
  sums: Sums;
  codes: Uint32Array;
  lastRow: number;
  joined: Open | null;
}

interface Row {
  y: number;
  values: Uint8Array;
  border: Uint8Array;
  runs: { start: number; end: number; object: Open }[];
}

/**
 * Pixels of one class that touch, also by a corner, are one object, numbered as by `connectedComponents` and measured as by
 * `measureObjects`: equal to the last digit while sums of squares stay below 2^53 and samples are whole numbers. Needs the
 * memory of four rows, of the objects that a row passes through (with the extents of their rows), and of the results.
 */
export class StreamedObjects {
  private y = 0;
  /** The last ones: a pixel's neighbours' borders depend on the row below them. */
  private readonly rows: Row[] = [];
  private readonly found: { originX: number; object: StreamedObject }[] = [];

  /** @param channels of the images that come with the rows, alpha left out; 0: none come. */
  constructor(
    private readonly size: { width: number; height: number },
    private readonly channels: number,
  ) {}

  /**
   * The next whole rows from the top.
   * @param values [rows · width], class by pixel; 0: of no object. They are copied.
   * @param image The same rows, where brightness is measured. @throws RangeError for half rows or too many.
   */
  add(values: Uint8Array, image: PixelImage | null): void {
    const { width, height } = this.size;
    const count = values.length / width;
    if (!Number.isInteger(count) || this.y + count > height)
      throw new RangeError(`${values.length} values are not the next rows of ${width} × ${height} px`);
    for (let row = 0; row < count; row++)
      this.addRow(values.slice(row * width, (row + 1) * width), image, row * width);
  }

  /** All objects, by their numbers, once all rows were added. @throws RangeError when some are missing. */
  finish(): StreamedObject[] {
    if (this.y !== this.size.height) throw new RangeError(`${this.y} of ${this.size.height} rows were added`);
    const last = this.rows.length - 1;
    this.settle(last);
    const bottom = this.rows.at(-1);
    if (bottom) {
      countCodes(bottom, this.rows.at(-2), undefined);
      this.closeObjects(bottom);
    }
    this.found.sort(
      (a, b) => a.object.properties.bbox[0] - b.object.properties.bbox[0] || a.originX - b.originX,
    );
    return this.found.map(({ object }, i) => {
      object.properties.label = i + 1;
      return object;
    });
  }

  private addRow(values: Uint8Array, image: PixelImage | null, offset: number): void {
    const row: Row = { y: this.y, values, border: new Uint8Array(0), runs: [] };
    const above = this.rows.at(-1)?.runs ?? [];
    let first = 0;
    for (let x = 0; x < values.length;) {
      const start = x;
      const value = values[start]!;
      do x++;
      while (x < values.length && values[x] === value);
      if (value === 0) continue;
      // Touching by a corner: the columns may be one apart.
      while (first < above.length && above[first]!.end < start) first++;
      let own: Open | null = null;
      for (let i = first; i < above.length && above[i]!.start <= x; i++) {
        const other = rootOf(above[i]!.object);
        if (other.value === value && other !== own) own = own ? join(own, other) : other;
      }
      own ??= this.open(value, start);
      addRun(own.sums, this.y, start, x);
      own.lastRow = this.y;
      if (image) addSamples(own.sums.intensity, image, offset + start, offset + x);
      row.runs.push({ start, end: x, object: own });
    }
    this.rows.push(row);
    this.y++;
    this.settle(this.rows.length - 2);
  }

  private open(value: number, start: number): Open {
    const sums = started(start, this.y, this.channels);
    return { value, sums, codes: new Uint32Array(CODES), lastRow: this.y, joined: null };
  }

  /** With the row below it, the border of a row is known, and with that border the codes of the row above it. */
  private settle(at: number): void {
    const row = this.rows[at];
    if (!row) return;
    const above = this.rows[at - 1];
    row.border = borderOf(row.values, above?.values, this.rows[at + 1]?.values);
    if (above) {
      countCodes(above, this.rows[at - 2], row);
      this.closeObjects(above);
    }
    // Its border is what the codes of the next row still need.
    if (at > 1) this.rows.shift();
  }

  /** Those that do not go on below the row. */
  private closeObjects({ y, runs }: Row): void {
    for (const { object } of runs) {
      const root = rootOf(object);
      if (root.lastRow !== y) continue;
      root.lastRow = CLOSED;
      const { sums, codes, value } = root;
      // Numbered at the end: an earlier pixel may belong to an object that is still open.
      const properties = propertiesOf(0, sums, perimeterOf(codes), this.size);
      this.found.push({ originX: sums.originX, object: { value, properties } });
      if (this.found.length > MOST_OBJECTS)
        throw new AppError(
          'too-large',
          `It has more than ${MOST_OBJECTS.toLocaleString('en')} objects, which are probably specks; measure a part of it.`,
        );
    }
  }
}

const CLOSED = -1;

/** Takes about a gigabyte. */
const MOST_OBJECTS = 2_000_000;

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

/** Gives the one whose first pixel comes first. */
function join(a: Open, b: Open): Open {
  const isFirst =
    a.sums.firstRow < b.sums.firstRow ||
    (a.sums.firstRow === b.sums.firstRow && a.sums.originX < b.sums.originX);
  const [own, other] = isFirst ? [a, b] : [b, a];
  addSums(own.sums, other.sums);
  for (let code = 0; code < CODES; code++) own.codes[code]! += other.codes[code]!;
  own.lastRow = Math.max(own.lastRow, other.lastRow);
  other.joined = own;
  return own;
}

/** 1 where a pixel of a class has one of another class, of none or of no image above, below or beside it. */
function borderOf(
  values: Uint8Array,
  above: Uint8Array | undefined,
  below: Uint8Array | undefined,
): Uint8Array {
  const width = values.length;
  const border = new Uint8Array(width);
  for (let x = 0; x < width; x++) {
    const value = values[x]!;
    if (value === 0) continue;
    const inside =
      above?.[x] === value && below?.[x] === value && values[x - 1] === value && values[x + 1] === value;
    if (!inside) border[x] = 1;
  }
  return border;
}

/** By the classes alone: pixels of one class that touch are of one object. */
function countCodes(row: Row, above: Row | undefined, below: Row | undefined): void {
  const { border, values, runs } = row;
  const at = (other: Row | undefined, x: number, value: number) =>
    other !== undefined && other.border[x] === 1 && other.values[x] === value;
  for (const { start, end, object } of runs) {
    const { codes, value } = rootOf(object);
    for (let x = start; x < end; x++) {
      if (border[x] === 0) continue;
      let code = 1;
      if (border[x - 1] === 1 && values[x - 1] === value) code += 2;
      if (border[x + 1] === 1 && values[x + 1] === value) code += 2;
      for (const other of [above, below]) {
        if (at(other, x, value)) code += 2;
        if (at(other, x - 1, value)) code += 10;
        if (at(other, x + 1, value)) code += 10;
      }
      codes[code]!++;
    }
  }
}
