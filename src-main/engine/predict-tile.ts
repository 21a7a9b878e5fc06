/** What goes between an image and a tile of it: pixels with mirrored borders in, the tile's own part out. */
import type { Pixels } from './forward-pass.js';
import type { LinearMap, RawImage } from './intensity.js';
import type { Span } from './tiles.js';
import { mirror } from './warp.js';

/** Rows of an image from `firstRow` on. */
export interface Band extends RawImage {
  firstRow: number;
}

export interface PlacedTile {
  row: Span;
  column: Span;
  /** With the halo, px. */
  width: number;
  margin: number;
}

/** Rows of an image of that size that are being filled, from `firstRow` on. */
export interface TileRows {
  width: number;
  height: number;
  firstRow: number;
}

/** Values of an image's pixels, `each` of them. */
interface Plane {
  values: Float32Array | Uint8Array;
  each: number;
}

/** Row of the image, below which a row of tiles has nothing. */
export const endOf = (row: Span, margin: number, height: number): number =>
  Math.max(0, Math.min(row.end - margin, height));

/** The given rows of an image, continued sideways by mirroring; their intensities are still to be mapped. */
export function mirroredWindow(
  { data, stride, picked, maps, width: imageWidth, firstRow }: Band,
  ys: readonly number[],
  left: number,
  width: number,
): Pixels {
  const size = width * ys.length * picked.length;
  const values = data instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  const columns = Int32Array.from({ length: width }, (_, x) => mirror(left + x, imageWidth) * stride);
  let to = 0;
  for (const y of ys) {
    const row = (y - firstRow) * imageWidth * stride;
    for (let x = 0; x < width; x++)
      for (const channel of picked) values[to++] = data[row + columns[x]! + channel]!;
  }
  return { values, shape: [ys.length, width, picked.length], maps };
}

/** Values that are mapped already. */
export const AS_IT_IS: LinearMap = { offset: 0, scale: 1, low: -Infinity, high: Infinity };

/** Copies a tile's own part, without halo and margin, to its place among the rows of `plane`. */
export function copyInside(
  part: Float32Array | Uint8Array,
  { row, column, width, margin }: PlacedTile,
  { values, each }: Plane,
  image: TileRows,
): void {
  const [x0, x1] = [Math.max(column.start, margin), Math.min(column.end, margin + image.width)];
  if (x1 <= x0) return;
  for (let y = Math.max(row.start, margin); y < Math.min(row.end, margin + image.height); y++) {
    const from = ((y - row.windowStart) * width + x0 - column.windowStart) * each;
    const to = ((y - margin - image.firstRow) * image.width + x0 - margin) * each;
    values.set(part.subarray(from, from + (x1 - x0) * each), to);
  }
}
