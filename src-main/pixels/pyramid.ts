/**
 * A plane and its reduced copies as tiles in one run of bytes: what the screen needs at any zoom. Level n has
 * ceil(size / 2^n) pixels a side, each the mean over the 2^n × 2^n pixels below it (over those that exist at the
 * edges), rounded for whole numbers. The last level fits into one tile.
 */
import { PIXEL_TILE } from '../shared/app-urls.js';
import type { PixelArray, PixelType } from '../shared/model.js';
import { BYTES_PER_SAMPLE, newPixels } from './plane.js';

export interface PyramidShape {
  width: number;
  height: number;
  /** Colour channels; alpha is left out. */
  channels: number;
  type: PixelType;
}

export interface LevelSize {
  width: number;
  height: number;
}

export const levelSize = ({ width, height }: LevelSize, level: number): LevelSize => ({
  width: Math.ceil(width / 2 ** level),
  height: Math.ceil(height / 2 ** level),
});

export function levelCount({ width, height }: LevelSize): number {
  let levels = 1;
  while (Math.ceil(Math.max(width, height) / 2 ** (levels - 1)) > PIXEL_TILE) levels++;
  return levels;
}

const pixelBytes = ({ channels, type }: PyramidShape): number => channels * BYTES_PER_SAMPLE[type];

const levelBytes = (shape: PyramidShape, level: number): number => {
  const { width, height } = levelSize(shape, level);
  return width * height * pixelBytes(shape);
};

const levelOffset = (shape: PyramidShape, level: number): number => {
  let offset = 0;
  for (let below = 0; below < level; below++) offset += levelBytes(shape, below);
  return offset;
};

/** Bytes of all levels. */
export const pyramidBytes = (shape: PyramidShape): number => levelOffset(shape, levelCount(shape));

/** Where a tile lies: levels one after the other, in each the tiles row by row, rows of pixels within. Null: there is none. */
export function tilePlace(
  shape: PyramidShape,
  { level, ty, tx }: { level: number; ty: number; tx: number },
): { offset: number; bytes: number } | null {
  if (level >= levelCount(shape)) return null;
  const size = levelSize(shape, level);
  const [x, y] = [tx * PIXEL_TILE, ty * PIXEL_TILE];
  if (x >= size.width || y >= size.height) return null;
  const width = Math.min(PIXEL_TILE, size.width - x);
  const height = Math.min(PIXEL_TILE, size.height - y);
  // All rows of tiles above are full ones, and so are the tiles to the left but for their common height.
  const before = y * size.width + x * height;
  return {
    offset: levelOffset(shape, level) + before * pixelBytes(shape),
    bytes: width * height * pixelBytes(shape),
  };
}

/** Takes the plane's rows from the top; `write` gets every tile's bytes (little-endian) with their place. */
export class PyramidBuilder {
  private readonly levels: Level[];

  constructor(
    private readonly shape: PyramidShape,
    private readonly write: (offset: number, bytes: Uint8Array) => void,
  ) {
    this.levels = Array.from({ length: levelCount(shape) }, (_, level) => new Level(shape, level));
  }

  /** Whole rows: `width * channels` samples each. */
  addRows(samples: PixelArray): void {
    const rowLength = this.shape.width * this.shape.channels;
    for (let from = 0; from < samples.length; from += rowLength)
      this.addRow(0, samples.subarray(from, from + rowLength));
  }

  /** A row of sums over the pixels below; at level 0 the samples themselves. */
  private addRow(index: number, sums: PixelArray): void {
    const level = this.levels[index]!;
    const band = level.put(sums);
    if (band !== null) for (const { offset, bytes } of level.tilesOf(band)) this.write(offset, bytes);
    const above = this.levels[index + 1];
    const emitted = above?.gather(sums, level.isLast());
    if (emitted) {
      this.addRow(index + 1, emitted);
      emitted.fill(0);
    }
  }
}

class Level {
  private readonly size: LevelSize;
  private readonly band: PixelArray;
  private readonly sums: Float64Array;
  /** Rows that came into the band, and rows of the level below that are in `sums`. */
  private rows = 0;
  private gathered = 0;
  private readonly whole: boolean;

  constructor(
    private readonly shape: PyramidShape,
    private readonly level: number,
  ) {
    this.size = levelSize(shape, level);
    const rowLength = this.size.width * shape.channels;
    this.band = newPixels(shape.type, rowLength * Math.min(PIXEL_TILE, this.size.height));
    this.sums = new Float64Array(level ? rowLength : 0);
    this.whole = !shape.type.startsWith('float');
  }

  /** Whether the row that was put last is the level's last. */
  isLast(): boolean {
    return this.rows === this.size.height;
  }

  /** Keeps a row's means. @returns the index of the band of tiles that is now complete, or null. */
  put(sums: PixelArray): number | null {
    const rowInBand = this.rows % PIXEL_TILE;
    const at = rowInBand * this.size.width * this.shape.channels;
    if (this.level === 0) this.band.set(sums, at);
    else this.putMeans(sums, at);
    this.rows++;
    return rowInBand === PIXEL_TILE - 1 || this.isLast() ? Math.floor((this.rows - 1) / PIXEL_TILE) : null;
  }

  /** Adds a row of the level below. @returns the sums when this level's row is complete; they must be zeroed after use. */
  gather(below: PixelArray, lastBelow: boolean): Float64Array | null {
    const { channels } = this.shape;
    const { sums } = this;
    if (channels === 1) for (let i = 0; i < below.length; i++) sums[i >> 1]! += below[i]!;
    else
      for (let i = 0, x = 0; i < below.length; x++)
        for (let c = 0; c < channels; c++, i++) sums[(x >> 1) * channels + c]! += below[i]!;
    this.gathered++;
    if (this.gathered % 2 && !lastBelow) return null;
    return sums;
  }

  /** The tiles of a complete band. */
  *tilesOf(ty: number): Generator<{ offset: number; bytes: Uint8Array }> {
    const { channels } = this.shape;
    const { width, height } = this.size;
    const rows = Math.min(PIXEL_TILE, height - ty * PIXEL_TILE);
    for (let tx = 0; tx * PIXEL_TILE < width; tx++) {
      const columns = Math.min(PIXEL_TILE, width - tx * PIXEL_TILE);
      const tile = newPixels(this.shape.type, rows * columns * channels);
      for (let row = 0; row < rows; row++) {
        const from = (row * width + tx * PIXEL_TILE) * channels;
        tile.set(this.band.subarray(from, from + columns * channels), row * columns * channels);
      }
      const { offset } = tilePlace(this.shape, { level: this.level, ty, tx })!;
      yield { offset, bytes: new Uint8Array(tile.buffer, tile.byteOffset, tile.byteLength) };
    }
  }

  private putMeans(sums: PixelArray, at: number): void {
    const { channels, width, height } = this.shape;
    const side = 2 ** this.level;
    const rows = Math.min(side, height - this.rows * side);
    for (let x = 0; x < this.size.width; x++) {
      const pixels = rows * Math.min(side, width - x * side);
      for (let c = 0; c < channels; c++) {
        const mean = sums[x * channels + c]! / pixels;
        this.band[at + x * channels + c] = this.whole ? Math.round(mean) : mean;
      }
    }
  }
}
