/** A part of an image that is predicted alone, as if all of it were: where it lies among the tiles, and its values. */
import type { Span } from './tiles.js';

/** Px of the image. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

const LARGEST_REGION_PX = 2048;

/** @throws RangeError for a part outside the image or too large. */
export function requireInside(
  { x, y, width, height }: Region,
  image: { width: number; height: number },
): void {
  const whole = [x, y, width, height].every(Number.isInteger) && x >= 0 && y >= 0 && width > 0 && height > 0;
  const small = width <= LARGEST_REGION_PX && height <= LARGEST_REGION_PX;
  if (!whole || !small || x + width > image.width || y + height > image.height)
    throw new RangeError(`${width} × ${height} px at ${x}, ${y} are no part that can be predicted alone`);
}

/**
 * Along one axis: the pixels `start` … of an image of `side` px, on the network's grid of `step` px. Spans count from
 * `margin` px before the image, as tiles do.
 */
export function spanAround(
  { start, length, side }: { start: number; length: number; side: number },
  { step, margin, halo }: { step: number; margin: number; halo: number },
): Span {
  const full = Math.ceil((side + 2 * margin) / step) * step;
  const from = Math.floor((start + margin) / step) * step;
  const end = Math.min(full, Math.ceil((start + length + margin) / step) * step);
  return {
    start: from,
    end,
    windowStart: Math.max(0, from - halo),
    windowEnd: Math.min(full, end + halo),
  };
}

/** Values of a region out of those of a window whose first pixel is that at `left`, `top` of the image. */
export function cutOut(
  values: Float32Array,
  { width, left, top }: { width: number; left: number; top: number },
  region: Region,
  classes: number,
): Float32Array {
  const out = new Float32Array(region.width * region.height * classes);
  for (let y = 0; y < region.height; y++) {
    const from = ((region.y - top + y) * width + region.x - left) * classes;
    out.set(values.subarray(from, from + region.width * classes), y * region.width * classes);
  }
  return out;
}
