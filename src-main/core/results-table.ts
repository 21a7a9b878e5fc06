/** A table of up to millions of rows in memory, by columns: filtered and sorted views of it, pages of these. */
import type { ResultColumn, ResultFilter, ResultQuery, ResultRow } from '../shared/app-api-results.js';
import { AppError } from '../shared/errors.js';

export type TableCell = string | number | null;

type View = Pick<ResultQuery, 'sort' | 'filters' | 'pixelSizeUm'>;

/** Numbers of one column; texts are numbers of a list. Doubles when it is full. */
class Column {
  private values = new Float64Array(1024);
  readonly texts: string[] = [];
  private readonly codes = new Map<string, number>();

  constructor(readonly info: ResultColumn) {}

  set(row: number, cell: TableCell): void {
    if (row >= this.values.length) {
      const larger = new Float64Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[row] = typeof cell === 'string' ? this.code(cell) : (cell ?? NaN);
  }

  number(row: number): number {
    return this.values[row]!;
  }

  /** Place of each text in the order of the texts: to sort by. */
  ranks(): Float64Array {
    const order = this.texts.map((_, code) => code);
    const collator = new Intl.Collator('en', { numeric: true });
    order.sort((a, b) => collator.compare(this.texts[a]!, this.texts[b]!));
    const ranks = new Float64Array(order.length);
    for (const [rank, code] of order.entries()) ranks[code] = rank;
    return ranks;
  }

  private code(text: string): number {
    let code = this.codes.get(text);
    if (code === undefined) {
      code = this.texts.push(text) - 1;
      this.codes.set(text, code);
    }
    return code;
  }
}

/** What a pixel size makes of other columns. */
const BY_PIXEL_SIZE: Record<string, { of: string; power: 1 | 2 }> = {
  area_um2: { of: 'area', power: 2 },
  perimeter_um: { of: 'perimeter', power: 1 },
  equivalent_diameter_um: { of: 'equivalent_diameter_area', power: 1 },
};

const SIZE: ResultColumn = { name: 'pixel_size_um', kind: 'number', unit: 'µm', description: '' };

export class ResultsTable {
  rows = 0;
  private readonly columns = new Map<string, Column>();
  private readonly size: Column;
  /** The last view: pages of it are asked for one after the other. */
  private last: { key: string; order: Uint32Array } | null = null;

  constructor(
    public infos: readonly ResultColumn[],
    private readonly most: number,
  ) {
    for (const info of infos) this.columns.set(info.name, new Column(info));
    this.size = this.columns.get(SIZE.name) ?? new Column(SIZE);
  }

  /** Columns that earlier rows have no value of. */
  widen(infos: readonly ResultColumn[]): void {
    const added = infos.filter(({ name }) => !this.columns.has(name));
    if (added.length === 0) return;
    for (const info of added) {
      const column = new Column(info);
      for (let row = 0; row < this.rows; row++) column.set(row, null);
      this.columns.set(info.name, column);
    }
    const known = new Set(infos.map(({ name }) => name));
    this.infos = [...this.infos.filter(({ name }) => !known.has(name)), ...infos];
  }

  /** @throws AppError('too-large') */
  add(cells: Readonly<Record<string, TableCell>>, pixelSizeUm: number | null): void {
    if (this.rows >= this.most)
      throw new AppError(
        'too-large',
        `There are more than ${this.most.toLocaleString('en')} rows, which is as many as the window shows; measure a part of the images, or write the tables with "brushfield measure".`,
      );
    for (const [name, column] of this.columns) column.set(this.rows, cells[name] ?? null);
    this.size.set(this.rows++, pixelSizeUm);
    this.last = null;
  }

  /** @throws AppError('usage') */
  column(name: string): ResultColumn {
    return this.find(name).info;
  }

  /** NaN: no value. A text is its number in `texts`. */
  reader(name: string, pixelSizeUm: number | null): (row: number) => number {
    const column = this.find(name);
    const size = (row: number) => pixelSizeUm ?? this.size.number(row);
    if (name === SIZE.name) return size;
    const by = BY_PIXEL_SIZE[name];
    if (!by) return (row) => column.number(row);
    const of = this.find(by.of);
    return (row) => of.number(row) * size(row) ** by.power;
  }

  texts(name: string): readonly string[] {
    return this.find(name).texts;
  }

  /** A text column's values, sorted. */
  distinct(name: string): string[] {
    return this.find(name).texts.toSorted();
  }

  /** Rows of a view, in its order. @throws AppError('usage') for a column that is not there. */
  order({ sort, filters, pixelSizeUm }: View): Uint32Array {
    const key = JSON.stringify([sort, filters, pixelSizeUm]);
    if (this.last?.key === key) return this.last.order;
    const tests = filters.map((filter) => this.test(filter, pixelSizeUm));
    const order = new Uint32Array(this.rows);
    let count = 0;
    for (let row = 0; row < this.rows; row++) if (tests.every((test) => test(row))) order[count++] = row;
    const shown = order.subarray(0, count);
    if (sort) this.sort(shown, { ...sort, pixelSizeUm });
    this.last = { key, order: shown };
    return shown;
  }

  page(view: View, { first, count }: { first: number; count: number }): { total: number; rows: ResultRow[] } {
    const order = this.order(view);
    const readers = this.infos.map(({ name }) => this.cellReader(name, view.pixelSizeUm));
    return {
      total: order.length,
      rows: Array.from(order.subarray(first, first + count), (row) => ({
        row,
        cells: readers.map((read) => read(row)),
      })),
    };
  }

  cellReader(name: string, pixelSizeUm: number | null): (row: number) => TableCell {
    const column = this.find(name);
    const read = this.reader(name, pixelSizeUm);
    if (column.info.kind === 'text') return (row) => column.texts[read(row)] ?? null;
    return (row) => {
      const value = read(row);
      return Number.isNaN(value) ? null : value;
    };
  }

  private sort(
    rows: Uint32Array,
    { column: name, descending, pixelSizeUm }: NonNullable<View['sort']> & Pick<View, 'pixelSizeUm'>,
  ): void {
    const read = this.reader(name, pixelSizeUm);
    const { info } = this.find(name);
    const ranks = info.kind === 'text' ? this.find(name).ranks() : null;
    const keys = new Float64Array(this.rows);
    const sign = descending ? -1 : 1;
    for (const row of rows) {
      const value = ranks ? ranks[read(row)]! : read(row);
      // What has no value is last either way.
      keys[row] = Number.isNaN(value) ? Infinity : sign * value;
    }
    rows.sort((a, b) => (keys[a] === keys[b] ? a - b : keys[a]! - keys[b]!));
  }

  private test(
    { column: name, contains, is, min, max }: ResultFilter,
    pixelSizeUm: number | null,
  ): (row: number) => boolean {
    const column = this.find(name);
    const read = this.reader(name, pixelSizeUm);
    if (column.info.kind === 'text') {
      const part = contains?.toLowerCase() ?? '';
      const fits = column.texts.map(
        (text) => (is === undefined || text === is) && text.toLowerCase().includes(part),
      );
      return (row) => fits[read(row)]!;
    }
    const [low, high] = [min ?? -Infinity, max ?? Infinity];
    return (row) => {
      const value = read(row);
      return value >= low && value <= high;
    };
  }

  private find(name: string): Column {
    const column = this.columns.get(name);
    if (!column) throw new AppError('usage', `The table has no column "${name}".`);
    return column;
  }
}
