/**
 * Sets of pixels in a window of an image, found by label or by intensity. A selection is 0 or 1 a pixel, row by row; a
 * window is a rectangle of the image cut out into arrays. Heavy for large windows: run in a worker.
 */
import type { PixelArray, Size } from '../../src-main/shared/model.js';

/** A pixel of the window. */
export interface Seed {
  x: number;
  y: number;
}

/**
 * The pixels with the seed's label: those connected to it by common edges, or all of them.
 * @param seed May lie outside: then nothing is selected.
 */
export function floodFill(
  labels: Uint8Array,
  size: Size,
  { seed, contiguous }: { seed: Seed; contiguous: boolean },
): Uint8Array {
  const selection = new Uint8Array(labels.length);
  if (!isInside(size, seed)) return selection;
  const wanted = labels[seed.y * size.width + seed.x]!;
  for (let i = 0; i < labels.length; i++) selection[i] = labels[i] === wanted ? 1 : 0;
  return contiguous ? keepConnected(selection, size, seed) : selection;
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
  const selection = new Uint8Array(count);
  if (!isInside(size, seed) || channels.length === 0) return selection;
  selection.fill(1);
  for (const data of channels) {
    const middle = data[seed.y * size.width + seed.x]!;
    const [low, high] = [middle - tolerance, middle + tolerance];
    for (let i = 0; i < count; i++) if (!(data[i]! >= low && data[i]! <= high)) selection[i] = 0;
  }
  return contiguous ? keepConnected(selection, size, seed) : selection;
}

/** Of a selection, in place, the pixels that can be reached from `seed` over neighbours with a common edge. */
export function keepConnected(selection: Uint8Array, { width, height }: Size, seed: Seed): Uint8Array {
  const end = width * height;
  let stack = new Int32Array(1024);
  let top = 0;
  stack[top++] = seed.y * width + seed.x;
  // A pixel of each span to look at; a span is grown to both sides, then those that touch it above and below are noted.
  while (top > 0) {
    const index = stack[--top]!;
    if (selection[index] !== 1) continue;
    const rowStart = index - (index % width);
    const rowEnd = rowStart + width;
    let left = index;
    while (left > rowStart && selection[left - 1] === 1) left--;
    let right = index + 1;
    while (right < rowEnd && selection[right] === 1) right++;
    selection.fill(REACHED, left, right);
    if (top + right - left + 2 > stack.length) stack = enlarged(stack, 2 * (top + right - left + 2));
    for (const shift of [-width, width]) {
      if (shift < 0 ? rowStart === 0 : rowEnd === end) continue;
      for (let i = left + shift, last = right + shift; i < last; i++)
        if (selection[i] === 1 && (i === left + shift || selection[i - 1] !== 1)) stack[top++] = i;
    }
  }
  for (let i = 0; i < end; i++) selection[i] = selection[i] === REACHED ? 1 : 0;
  return selection;
}

const REACHED = 2;

function enlarged(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(values);
  return larger;
}

/**
 * The pixels of `region` (all, when null) that are brighter than a threshold, or not brighter.
 * @param intensities One channel; NaN is on neither side.
 */
export function thresholdIn(
  intensities: PixelArray,
  { region, threshold, side }: { region: Uint8Array | null; threshold: number; side: 'above' | 'up-to' },
): Uint8Array {
  const selection = new Uint8Array(intensities.length);
  const [low, high] = side === 'above' ? [threshold, Infinity] : [-Infinity, threshold];
  for (let i = 0; i < selection.length; i++) {
    const value = intensities[i]!;
    // Above a threshold means more than it; −Infinity itself is not an intensity.
    if (value > low && value <= high && region?.[i] !== 0) selection[i] = 1;
  }
  return selection;
}

const isInside = ({ width, height }: Size, { x, y }: Seed): boolean =>
  x >= 0 && y >= 0 && x < width && y < height;
