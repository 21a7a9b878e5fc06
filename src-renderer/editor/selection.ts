/**
 * Sets of pixels in a window of an image, found by label or by intensity. A selection is 0 or 1 a pixel, row by row; a
 * window is a rectangle of the image cut out into arrays. Heavy for large windows: run in a worker.
 */
import type { PixelArray } from '../../src-main/shared/model.js';

export interface Size {
  width: number;
  height: number;
}

/** A pixel of the window. */
export interface Seed {
  x: number;
  y: number;
}

/** The pixels a fill reaches from `seed` over neighbours with an edge in common that `allowed` takes. */
export function connectedTo(
  { width, height }: Size,
  seed: Seed,
  allowed: (index: number) => boolean,
): Uint8Array {
  const selection = new Uint8Array(width * height);
  const start = seed.y * width + seed.x;
  if (!isInside({ width, height }, seed) || !allowed(start)) return selection;
  // Spans to look at: a start index each. A span is grown to both sides, then its neighbours above and below queue.
  let stack = new Int32Array(1024);
  let top = 0;
  stack[top++] = start;
  while (top > 0) {
    const index = stack[--top]!;
    if (selection[index] === 1) continue;
    const rowStart = index - (index % width);
    const rowEnd = rowStart + width;
    let left = index;
    while (left > rowStart && selection[left - 1] === 0 && allowed(left - 1)) left--;
    let right = index;
    while (right < rowEnd && selection[right] === 0 && allowed(right)) right++;
    selection.fill(1, left, right);
    for (const shift of [-width, width]) {
      if (shift < 0 ? rowStart === 0 : rowEnd === width * height) continue;
      let within = false;
      for (let i = left + shift; i < right + shift; i++) {
        const open = selection[i] === 0 && allowed(i);
        if (open && !within) {
          if (top === stack.length) {
            const larger = new Int32Array(2 * top);
            larger.set(stack);
            stack = larger;
          }
          stack[top++] = i;
        }
        within = open;
      }
    }
  }
  return selection;
}

/** The pixels with the seed's label: those connected to it by edges, or all of them. */
export function floodFill(
  labels: Uint8Array,
  size: Size,
  { seed, contiguous }: { seed: Seed; contiguous: boolean },
): Uint8Array {
  if (!isInside(size, seed)) return new Uint8Array(labels.length);
  const wanted = labels[seed.y * size.width + seed.x]!;
  if (contiguous) return connectedTo(size, seed, (index) => labels[index] === wanted);
  return labels.map((label) => (label === wanted ? 1 : 0));
}

/**
 * The pixels that differ from the seed by at most `tolerance` in every channel.
 * @param channels One array a channel, each of the window's size, displayed or raw; NaN is like nothing.
 * @param tolerance ≥ 0, in the channels' own units.
 */
export function wand(
  channels: readonly PixelArray[],
  size: Size,
  { seed, tolerance, contiguous }: { seed: Seed; tolerance: number; contiguous: boolean },
): Uint8Array {
  const count = size.width * size.height;
  if (!isInside(size, seed)) return new Uint8Array(count);
  const start = seed.y * size.width + seed.x;
  const bounds = channels.map((data) => ({
    data,
    low: data[start]! - tolerance,
    high: data[start]! + tolerance,
  }));
  const [first] = bounds;
  if (!first) return new Uint8Array(count);
  const { data, low, high } = first;
  const alike =
    bounds.length === 1
      ? (i: number) => data[i]! >= low && data[i]! <= high
      : (i: number) => bounds.every((bound) => bound.data[i]! >= bound.low && bound.data[i]! <= bound.high);
  return contiguous ? connectedTo(size, seed, alike) : selectionOf(count, alike);
}

/**
 * The pixels of `region` (all, when null) that are brighter than a threshold, or not brighter.
 * @param intensities One channel; NaN is on neither side.
 */
export function thresholdIn(
  intensities: PixelArray,
  { region, threshold, side }: { region: Uint8Array | null; threshold: number; side: 'above' | 'up-to' },
): Uint8Array {
  const above = side === 'above';
  return selectionOf(
    intensities.length,
    (i) => region?.[i] !== 0 && (above ? intensities[i]! > threshold : intensities[i]! <= threshold),
  );
}

const selectionOf = (count: number, chosen: (index: number) => boolean): Uint8Array => {
  const selection = new Uint8Array(count);
  for (let i = 0; i < count; i++) if (chosen(i)) selection[i] = 1;
  return selection;
};

const isInside = ({ width, height }: Size, { x, y }: Seed): boolean =>
  x >= 0 && y >= 0 && x < width && y < height;
