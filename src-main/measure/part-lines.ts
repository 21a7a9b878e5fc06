/** The lines between the parts of objects, each object by itself: what parting the whole image draws into them. */
import type { Size } from '../shared/model.js';
import { withIndex } from './growing.js';
import { forEachLinePixel, splitTouching } from './watershed.js';
import type { WholeObject } from './whole-objects.js';

export interface PartingJob {
  /** Of the image. */
  size: Size;
  objects: WholeObject[];
}

/** @returns row and column of one pixel after the other, by objects. */
export function partLines({ size, objects }: PartingJob): Int32Array<ArrayBuffer> {
  let lines = new Int32Array(1024);
  let filled = 0;
  for (const object of objects)
    forEachPixelOfLines(object, size, (row, column) => {
      lines = withIndex(lines, filled + 1, Int32Array) as Int32Array<ArrayBuffer>;
      lines[filled++] = row;
      lines[filled++] = column;
    });
  return lines.slice(0, filled);
}

/**
 * How an object is parted depends on its own pixels and on where the image ends, so that its box with one pixel around it is
 * enough: distances end at its border, water stays in it, and pixels of equal distance come in the same order.
 */
function forEachPixelOfLines(
  { top, left, bottom, right, runs }: WholeObject,
  size: Size,
  visit: (row: number, column: number) => void,
): void {
  // The image's edge is no border.
  const [y, x] = [Math.max(0, top - 1), Math.max(0, left - 1)];
  const height = Math.min(size.height, bottom + 1) - y;
  const width = Math.min(size.width, right + 1) - x;
  let pixels = 0;
  for (let at = 0; at < runs.length; at += 3) pixels += runs[at + 2]! - runs[at + 1]!;
  const inside = top > 0 && left > 0 && bottom < size.height && right < size.width;
  if (inside && pixels <= SPECK) return;
  const data = new Uint8Array(width * height);
  for (let at = 0; at < runs.length; at += 3) {
    const row = (runs[at]! - y) * width - x;
    data.fill(1, row + runs[at + 1]!, row + runs[at + 2]!);
  }
  const parts = splitTouching({ width, height, data });
  if (parts.parents.length > 1)
    forEachLinePixel(parts, (pixel) => visit(y + Math.floor(pixel / width), x + (pixel % width)));
}

/** So few pixels have no room for two parts of an inner radius of two pixels: noise may have millions. */
const SPECK = 9;
