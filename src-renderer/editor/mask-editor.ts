/**
 * Changes of a label map: begin, paint, then commit or abort. A tile is copied when it is first touched, so that an
 * abort puts all back. Whole tiles of 512²: into memory that is used again a copy takes some 20 µs, once a stroke, and
 * smaller parts would cost every span of it a look-up more.
 */
import type { StoredTile } from '../../src-main/shared/app-api.js';
import { TILE_SIDE } from '../../src-main/shared/mask.js';
import type { LabelTiles, Rect } from './label-tiles.js';
import { isVoid, sameValues } from './tile-codec.js';

/** What a tool writes. */
export interface Ink {
  /** 1 … 254, or 0 to erase. */
  value: number;
  /** Protects other labels: only void pixels and those of this class are written. Null: all are. */
  protectAllBut: number | null;
}

/** One stroke or other edit, ready to be saved. */
export interface Edit {
  title: string;
  tiles: EditTile[];
}

export interface EditTile {
  ty: number;
  tx: number;
  /** Stored forms; null: void everywhere. The first call of `after` takes about a millisecond. */
  before: Uint8Array | null;
  after: () => Uint8Array | null;
}

/** Part of a tile that looks different now; coordinates in image px. */
export interface DirtyRect extends Rect {
  ty: number;
  tx: number;
}

/** 16 MB. More, so that a stroke across a whole image of 16384² needs no new memory, made no frame shorter. */
const MOST_SPARE = 64;
const TILE_SHIFT = Math.log2(TILE_SIDE);

export class MaskEditor {
  private title: string | null = null;
  /** Values of each touched tile as they were at `begin`; null: void. */
  private readonly before = new Map<number, Uint8Array<ArrayBuffer> | null>();
  /** Memory of former copies, a whole tile each. */
  private readonly spare: Uint8Array<ArrayBuffer>[] = [];
  /** Touched tiles by number, for a look-up without hashing. */
  private readonly open: (Uint8Array | undefined)[] = [];
  /** Left, top, right and bottom of what changed, by tile. */
  private readonly dirty = new Map<number, Int32Array>();

  private changes = 0;

  constructor(readonly tiles: LabelTiles) {}

  /** Another number after every commit and replacement: what was computed before may not fit any more. */
  get revision(): number {
    return this.changes;
  }

  /** Whether a change has begun. */
  get painting(): boolean {
    return this.title !== null;
  }

  /** @param title What undo will call it, as "Brush". @throws Error when a change has begun already. */
  begin(title: string): void {
    if (this.title !== null) throw new Error(`"${this.title}" has not ended`);
    this.title = title;
  }

  /** A span of pixels inside the image. */
  paintSpan(ink: Ink, y: number, x0: number, x1: number): void {
    if (this.title === null) throw new Error('nothing has begun');
    const { columns, width } = this.tiles;
    const ty = y >> TILE_SHIFT;
    const last = (x1 - 1) >> TILE_SHIFT;
    for (let tx = x0 >> TILE_SHIFT; tx <= last; tx++) {
      const index = ty * columns + tx;
      const values = this.open[index] ?? this.touch(index, ink.value === 0);
      if (!values) continue;
      const left = tx << TILE_SHIFT;
      const tileWidth = Math.min(TILE_SIDE, width - left);
      const row = (y & (TILE_SIDE - 1)) * tileWidth - left;
      const from = Math.max(x0, left);
      const to = Math.min(x1, left + tileWidth);
      if (ink.protectAllBut === null) values.fill(ink.value, row + from, row + to);
      else paintUnprotected(values, ink, row + from, row + to);
      this.mark(index, from, y, to, y + 1);
    }
  }

  /** A painter of one ink, to be given to `raster.ts` and `polygon.ts`. */
  sink(ink: Ink): (y: number, x0: number, x1: number) => void {
    return (y, x0, x1) => this.paintSpan(ink, y, x0, x1);
  }

  /** The pixels of `rect` whose `mask` is not 0; `mask[row * rect.width + column]`. */
  paintMask(ink: Ink, rect: Rect, mask: Uint8Array): void {
    for (let row = 0; row < rect.height; row++) {
      const end = (row + 1) * rect.width;
      for (let i = row * rect.width; i < end;) {
        if (mask[i] === 0) {
          i++;
          continue;
        }
        const start = i;
        while (i < end && mask[i] !== 0) i++;
        const x = rect.x + start - row * rect.width;
        this.paintSpan(ink, rect.y + row, x, x + i - start);
      }
    }
  }

  /** Puts other labels into a rectangle; tiles in which nothing changes are not touched. */
  write(rect: Rect, labels: Uint8Array): void {
    for (const index of this.tiles.indexesIn(rect)) {
      const tile = this.tiles.rectOf(index);
      const x0 = Math.max(rect.x, tile.x);
      const x1 = Math.min(rect.x + rect.width, tile.x + tile.width);
      const y1 = Math.min(rect.y + rect.height, tile.y + tile.height);
      const held = this.open[index] ?? this.tiles.values(index);
      for (let y = Math.max(rect.y, tile.y); y < y1; y++) {
        const from = (y - rect.y) * rect.width - rect.x;
        const to = (y - tile.y) * tile.width - tile.x;
        for (let x = x0; x < x1;) {
          const value = labels[from + x]!;
          const start = x;
          let differs = false;
          for (; x < x1 && labels[from + x] === value; x++) differs ||= (held ? held[to + x] : 0) !== value;
          if (differs) this.paintSpan({ value, protectAllBut: null }, y, start, x);
        }
      }
    }
  }

  /** Maps the labels of one tile, `to[label]`; for changes of whole classes, tile by tile. */
  mapTile(index: number, to: Uint8Array): void {
    const current = this.open[index] ?? this.tiles.values(index);
    if (!current && to[0] === 0) return;
    if (current && !current.some((value) => to[value] !== value)) return;
    const values = this.open[index] ?? this.touch(index, false)!;
    for (let i = 0; i < values.length; i++) values[i] = to[values[i]!]!;
    const { x, y, width, height } = this.tiles.rectOf(index);
    this.mark(index, x, y, x + width, y + height);
  }

  /** Puts back what was there at `begin` and goes on, for previews that change with the pointer. */
  revert(): void {
    for (const [index, before] of this.before) {
      const values = this.open[index]!;
      if (before) values.set(before);
      else values.fill(0);
      this.markTile(index);
    }
  }

  /** Ends the change and puts everything back. */
  abort(): void {
    for (const [index, before] of this.before) {
      const values = this.open[index]!;
      if (before) values.set(before);
      this.tiles.restore(index, before && values);
      this.markTile(index);
    }
    this.end();
  }

  /** Ends the change. @returns what is to be saved, or null when no pixel has another label than before. */
  commit(): Edit | null {
    if (this.title === null) throw new Error('nothing has begun');
    const edit: Edit = { title: this.title, tiles: [] };
    for (const [index, copy] of this.before) {
      const values = this.open[index]!;
      if (copy ? sameValues(copy, values) : isVoid(values)) {
        this.tiles.restore(index, copy && values);
        continue;
      }
      const { ty, tx } = this.tiles.rectOf(index);
      const before = this.tiles.storedBytes(index);
      edit.tiles.push({ ty, tx, before, after: this.tiles.finish(index) });
    }
    this.end();
    if (edit.tiles.length === 0) return null;
    this.changes++;
    return edit;
  }

  /** Tiles from the store, as undo and redo give them. @throws Error in the middle of a change. */
  replace(tiles: readonly StoredTile[]): void {
    if (this.title !== null) throw new Error(`"${this.title}" has not ended`);
    this.changes++;
    for (const tile of tiles) {
      this.tiles.replace(tile);
      this.markTile(this.tiles.indexOf(tile.ty, tile.tx));
    }
  }

  /** What changed since the last call, one rectangle a tile: once a frame. */
  takeDirty(): DirtyRect[] {
    const rects = [...this.dirty].map(([index, [x0 = 0, y0 = 0, x1 = 0, y1 = 0]]) => {
      const { ty, tx } = this.tiles.rectOf(index);
      return { ty, tx, x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
    });
    this.dirty.clear();
    return rects;
  }

  private end(): void {
    this.title = null;
    for (const copy of this.before.values())
      if (copy && this.spare.length < MOST_SPARE) this.spare.push(new Uint8Array(copy.buffer));
    this.before.clear();
    this.open.length = 0;
  }

  /** Erasing what is void already needs no memory. */
  private touch(index: number, erasing: boolean): Uint8Array | null {
    if (erasing && !this.tiles.values(index)) return null;
    // The edit before this one keeps what it made of the tile.
    const stored = this.tiles.storedBytes(index);
    const values = this.tiles.writable(index);
    this.before.set(index, stored && this.copyOf(values));
    this.open[index] = values;
    return values;
  }

  private copyOf(values: Uint8Array): Uint8Array<ArrayBuffer> {
    const copy = (this.spare.pop() ?? new Uint8Array(TILE_SIDE ** 2)).subarray(0, values.length);
    copy.set(values);
    return copy;
  }

  private mark(index: number, x0: number, y0: number, x1: number, y1: number): void {
    const known = this.dirty.get(index);
    if (!known) this.dirty.set(index, Int32Array.of(x0, y0, x1, y1));
    else {
      if (x0 < known[0]!) known[0] = x0;
      if (y0 < known[1]!) known[1] = y0;
      if (x1 > known[2]!) known[2] = x1;
      if (y1 > known[3]!) known[3] = y1;
    }
  }

  private markTile(index: number): void {
    const { x, y, width, height } = this.tiles.rectOf(index);
    this.mark(index, x, y, x + width, y + height);
  }
}

function paintUnprotected(values: Uint8Array, { value, protectAllBut }: Ink, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const label = values[i]!;
    if (label === 0 || label === protectAllBut) values[i] = value;
  }
}
