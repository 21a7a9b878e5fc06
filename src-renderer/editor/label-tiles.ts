/**
 * The label map of one image as compressed tiles that are decoded when they are touched, so that an image of 16384²
 * costs what is looked at. The compressed form of all tiles is small and stays; a tile that is not there is void.
 */
import type { StoredTile } from '../../src-main/shared/app-api.js';
import { TILE_SIDE, tileAt, type TileRect } from '../../src-main/shared/mask.js';
import { decodeTile, encodeTile, sampleTile, sampleValues } from './tile-codec.js';
import { SampleCache } from './tile-samples.js';

/** Pixels x … x + width − 1 of rows y … y + height − 1. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface LabelTilesOptions {
  width: number;
  height: number;
  /** All tiles that exist. */
  tiles?: readonly StoredTile[];
  /** Decoded tiles kept at most, beside those being changed. */
  budgetBytes?: number;
}

/** A tile's values as they are (`step` 1), or those in the middles of squares of `step` px. */
export interface TileGlance {
  /** Row by row; not to be written, and valid until the next glance. */
  values: Uint8Array;
  /** Values a row, and rows. */
  width: number;
  height: number;
  step: number;
}

/** Below, reading runs value by value takes longer than unfolding them. */
const SAMPLED_FROM = 4;
const BUDGET_BYTES = 256 * 2 ** 20;

export class LabelTiles {
  readonly width: number;
  readonly height: number;
  /** Tiles across and down. */
  readonly columns: number;
  readonly rows: number;
  private readonly budgetBytes: number;
  private readonly stored = new Map<number, Uint8Array>();
  /** In the order of last use. */
  private readonly decoded = new Map<number, Uint8Array>();
  private readonly changing = new Set<number>();
  /** Changed tiles whose stored form is not made yet. */
  private readonly unencoded = new Map<number, () => Uint8Array | null>();
  private decodedBytes = 0;
  /** Of stored tiles that were looked at reduced, and of what they became. */
  private readonly samples = new SampleCache();
  /** Step of the last `glance`. */
  private glanceStep = 1;
  /** For `glance`. */
  private scratch: Uint8Array<ArrayBuffer> | null = null;

  constructor({ width, height, tiles = [], budgetBytes = BUDGET_BYTES }: LabelTilesOptions) {
    this.width = width;
    this.height = height;
    this.columns = Math.ceil(width / TILE_SIDE);
    this.rows = Math.ceil(height / TILE_SIDE);
    this.budgetBytes = budgetBytes;
    for (const { ty, tx, bytes } of tiles) if (bytes) this.stored.set(this.indexOf(ty, tx), bytes);
  }

  /** Number of a tile, row by row. @throws RangeError outside the image. */
  indexOf(ty: number, tx: number): number {
    if (!(ty >= 0 && ty < this.rows && tx >= 0 && tx < this.columns))
      throw new RangeError(`tile (${ty}, ${tx}) lies outside ${this.width} × ${this.height}`);
    return ty * this.columns + tx;
  }

  /** Place of a tile in the image. */
  rectOf(index: number): TileRect {
    return tileAt(this.width, this.height, Math.floor(index / this.columns), index % this.columns);
  }

  /** A tile's values, `rect.width * rect.height` of them, not to be written; null when void everywhere. */
  values(index: number): Uint8Array | null {
    const known = this.decoded.get(index);
    if (known) {
      this.decoded.delete(index);
      this.decoded.set(index, known);
      return known;
    }
    const bytes = this.stored.get(index);
    if (!bytes) return null;
    const { width, height } = this.rectOf(index);
    const values = decodeTile(bytes, width * height);
    this.keep(index, values);
    return values;
  }

  /**
   * A look in passing, for what is shown reduced: a tile that is not decoded is not kept either, and only every `step`-th
   * value of every `step`-th row may be unfolded, from the middle of each square (in the last, smaller one the last). What shows
   * a whole image of 16384² takes no memory for it. Null: void.
   */
  glance(index: number, step: number): TileGlance | null {
    this.glanceStep = step;
    const { width, height } = this.rectOf(index);
    const known = this.decoded.get(index);
    if (known) return { values: known, width, height, step: 1 };
    const bytes = this.stored.get(index);
    if (!bytes) return null;
    if (step < SAMPLED_FROM) {
      this.scratch ??= new Uint8Array(TILE_SIDE ** 2);
      return { values: decodeTile(bytes, width * height, this.scratch), width, height, step: 1 };
    }
    const columns = Math.ceil(width / step);
    const rows = Math.ceil(height / step);
    let values = this.samples.get(bytes, step);
    if (!values) {
      values = sampleTile(bytes, { width, height, step }, new Uint8Array(columns * rows));
      this.samples.keep(bytes, { step, values });
    }
    return { values, width: columns, height: rows, step };
  }

  /** A tile's values to write into, kept in memory until `finish` or `restore`. */
  writable(index: number): Uint8Array {
    this.unencoded.get(index)?.();
    let values = this.values(index);
    if (!values) {
      const { width, height } = this.rectOf(index);
      values = new Uint8Array(width * height);
      this.keep(index, values);
    }
    this.changing.add(index);
    return values;
  }

  /**
   * Ends a change. To encode a tile takes about a millisecond, and a long stroke touches hundreds: so it is done when
   * the returned function is called, or at the latest before the tile changes again.
   * @returns a function that gives the stored form as of now; null: void.
   */
  finish(index: number): () => Uint8Array | null {
    let stored: Uint8Array | null | undefined;
    const encode = () => {
      if (stored !== undefined) return stored;
      const values = this.decoded.get(index)!;
      stored = encodeTile(values);
      if (stored) this.keepSamples(index, stored, values);
      this.unencoded.delete(index);
      this.changing.delete(index);
      this.setStored(index, stored);
      if (stored) this.trim(index);
      else this.drop(index);
      return stored;
    };
    this.unencoded.set(index, encode);
    return encode;
  }

  /** Ends a change whose values are as before; null: the tile was void. */
  restore(index: number, before: Uint8Array | null): void {
    this.changing.delete(index);
    this.drop(index);
    if (before) this.keep(index, before);
  }

  /** Stored form of a tile as of the last `finish` or `replace`; null: void. */
  storedBytes(index: number): Uint8Array | null {
    this.unencoded.get(index)?.();
    return this.stored.get(index) ?? null;
  }

  /** Puts a tile in place that came from the store. */
  replace({ ty, tx, bytes }: StoredTile): void {
    const index = this.indexOf(ty, tx);
    this.unencoded.get(index)?.();
    this.changing.delete(index);
    this.drop(index);
    this.setStored(index, bytes);
  }

  /** All tiles that are not void, without a change that goes on: what a worker needs to see the same map. */
  storedTiles(): StoredTile[] {
    for (const encode of [...this.unencoded.values()]) encode();
    return [...this.stored].map(([index, bytes]) => ({
      ty: Math.floor(index / this.columns),
      tx: index % this.columns,
      bytes,
    }));
  }

  /** The label at a pixel; 0 outside the image. */
  at(x: number, y: number): number {
    if (!(x >= 0 && y >= 0 && x < this.width && y < this.height)) return 0;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const index = Math.floor(row / TILE_SIDE) * this.columns + Math.floor(column / TILE_SIDE);
    const values = this.values(index);
    if (!values) return 0;
    const rect = this.rectOf(index);
    return values[(row - rect.y) * rect.width + column - rect.x]!;
  }

  /** The labels of a rectangle inside the image, row by row. */
  read({ x, y, width, height }: Rect, target = new Uint8Array(width * height)): Uint8Array {
    for (const index of this.indexesIn({ x, y, width, height })) {
      const rect = this.rectOf(index);
      const values = this.values(index);
      const left = Math.max(x, rect.x);
      const right = Math.min(x + width, rect.x + rect.width);
      const bottom = Math.min(y + height, rect.y + rect.height);
      for (let row = Math.max(y, rect.y); row < bottom; row++) {
        const to = (row - y) * width + left - x;
        if (!values) target.fill(0, to, to + right - left);
        else {
          const from = (row - rect.y) * rect.width + left - rect.x;
          target.set(values.subarray(from, from + right - left), to);
        }
      }
    }
    return target;
  }

  /** Tiles that overlap a rectangle, row by row. */
  indexesIn({ x, y, width, height }: Rect): number[] {
    const indexes: number[] = [];
    if (!(width > 0 && height > 0)) return indexes;
    const lastRow = Math.min(this.rows - 1, Math.floor((y + height - 1) / TILE_SIDE));
    const lastColumn = Math.min(this.columns - 1, Math.floor((x + width - 1) / TILE_SIDE));
    for (let ty = Math.max(0, Math.floor(y / TILE_SIDE)); ty <= lastRow; ty++)
      for (let tx = Math.max(0, Math.floor(x / TILE_SIDE)); tx <= lastColumn; tx++)
        indexes.push(ty * this.columns + tx);
    return indexes;
  }

  /** Memory of decoded tiles. */
  get heldBytes(): number {
    return this.decodedBytes;
  }

  /** While the values are at hand: an undo of the next edit shows this tile again. */
  private keepSamples(index: number, stored: Uint8Array, values: Uint8Array): void {
    const step = this.glanceStep;
    if (step < SAMPLED_FROM) return;
    const { width, height } = this.rectOf(index);
    this.samples.keep(stored, { step, values: sampleValues(values, { width, height, step }) });
  }

  private setStored(index: number, bytes: Uint8Array | null): void {
    if (bytes) this.stored.set(index, bytes);
    else this.stored.delete(index);
  }

  private keep(index: number, values: Uint8Array): void {
    this.decoded.set(index, values);
    this.decodedBytes += values.length;
    this.trim(index);
  }

  /** Lets the tiles go that were not used for longest, but for `spared` and those being changed. */
  private trim(spared: number): void {
    if (this.decodedBytes <= this.budgetBytes) return;
    for (const old of this.decoded.keys()) {
      if (this.decodedBytes <= this.budgetBytes) return;
      if (old !== spared && !this.changing.has(old)) this.drop(old);
    }
  }

  private drop(index: number): void {
    const values = this.decoded.get(index);
    if (!values) return;
    this.decoded.delete(index);
    this.decodedBytes -= values.length;
  }
}
