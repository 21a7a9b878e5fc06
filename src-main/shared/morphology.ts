/** Growing, shrinking and smoothing with an exact disc: the pixels whose centres are at most a radius away. */
import type { Size } from './model.js';

/** Told how much is done, 0 … 1; what it throws ends the work. */
export type OnProgress = (fraction: number) => void;

const ROWS_BETWEEN_REPORTS = 256;

/**
 * All pixels at most `radiusPx` away from a selected one. In two sweeps: the distance of each pixel to the nearest
 * selected one of its column, then the reach of each along its row to both sides, so that the time does not depend on the radius.
 */
export function grow(
  selection: Uint8Array,
  { width, height }: Size,
  { radiusPx, onProgress }: { radiusPx: number; onProgress?: OnProgress },
): Uint8Array {
  const far = Math.floor(radiusPx) + 1;
  if (far > 65_534) throw new RangeError(`radius ${radiusPx} px is too large`);
  const distances = columnDistances(selection, { width, height }, far);
  onProgress?.(0.5);
  const reach = Int32Array.from({ length: far }, (_, dy) =>
    Math.floor(Math.sqrt(radiusPx * radiusPx - dy * dy)),
  );
  const grown = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let covered = 0;
    for (let x = 0; x < width; x++) {
      const distance = distances[row + x]!;
      if (distance < far && x + reach[distance]! >= covered) covered = x + reach[distance]! + 1;
      if (x < covered) grown[row + x] = 1;
    }
    covered = width;
    for (let x = width - 1; x >= 0; x--) {
      const distance = distances[row + x]!;
      if (distance < far && x - reach[distance]! < covered) covered = x - reach[distance]!;
      if (x >= covered) grown[row + x] = 1;
    }
    if (y % ROWS_BETWEEN_REPORTS === 0) onProgress?.(0.5 + (0.5 * y) / height);
  }
  return grown;
}

/** Pixels all of whose surroundings within `radiusPx` are selected; what lies outside the window does not count. */
export function shrink(
  selection: Uint8Array,
  size: Size,
  options: { radiusPx: number; onProgress?: OnProgress },
): Uint8Array {
  const outside = new Uint8Array(selection.length);
  for (let i = 0; i < outside.length; i++) outside[i] = selection[i] === 0 ? 1 : 0;
  const kept = grow(outside, size, options);
  for (let i = 0; i < kept.length; i++) kept[i] = kept[i] === 0 ? 1 : 0;
  return kept;
}

/**
 * Each pixel takes the label that most pixels within `radiusPx` have, void included; of several it keeps its own when
 * that is among them, else the smallest.
 */
export function smooth(
  labels: Uint8Array,
  { width, height }: Size,
  { radiusPx, onProgress }: { radiusPx: number; onProgress?: OnProgress },
): Uint8Array {
  const radius = Math.floor(radiusPx);
  const halves = Int32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.floor(Math.sqrt(radiusPx * radiusPx - (i - radius) ** 2)),
  );
  const values = valuesIn(labels);
  // A disc with two labels holds two neighbours that differ: farther from such pairs than the radius nothing changes.
  const undecided = grow(borders(labels, { width, height }), { width, height }, { radiusPx });
  const counts = new Int32Array(256);
  const smoothed = labels.slice();
  for (let y = 0; y < height; y++) {
    const first = Math.max(0, y - radius);
    const last = Math.min(height - 1, y + radius);
    let counted = false;
    for (let x = 0; x < width; x++) {
      const index = y * width + x;
      if (undecided[index] === 0) {
        counted = false;
        continue;
      }
      if (!counted) counts.fill(0);
      for (let v = first; v <= last; v++) {
        const half = halves[v - y + radius]!;
        const row = v * width;
        if (counted) {
          if (x - half > 0) counts[labels[row + x - half - 1]!]!--;
          if (x + half < width) counts[labels[row + x + half]!]!++;
        } else
          for (let u = Math.max(0, x - half), end = Math.min(width - 1, x + half); u <= end; u++)
            counts[labels[row + u]!]!++;
      }
      counted = true;
      let [best, most] = [labels[index]!, counts[labels[index]!]!];
      for (const value of values) if (counts[value]! > most) [best, most] = [value, counts[value]!];
      smoothed[index] = best;
    }
    if (y % ROWS_BETWEEN_REPORTS === 0) onProgress?.(y / height);
  }
  return smoothed;
}

/** The labels that occur, ascending. */
function valuesIn(labels: Uint8Array): number[] {
  const present = new Uint8Array(256);
  for (let i = 0; i < labels.length; i++) present[labels[i]!] = 1;
  return [...present.keys()].filter((value) => present[value] === 1);
}

/** Pixels with a neighbour of another label to the left, right, above or below. */
function borders(labels: Uint8Array, { width, height }: Size): Uint8Array {
  const found = new Uint8Array(labels.length);
  for (let y = 0; y < height; y++)
    for (let x = 0, i = y * width; x < width; x++, i++) {
      if (x + 1 < width && labels[i] !== labels[i + 1]) found[i] = found[i + 1] = 1;
      if (y + 1 < height && labels[i] !== labels[i + width]) found[i] = found[i + width] = 1;
    }
  return found;
}

/** Rows to the nearest selected pixel of the same column, `far` where there is none nearer. */
function columnDistances(selection: Uint8Array, { width, height }: Size, far: number): Uint16Array {
  const distances = new Uint16Array(width * height);
  for (let i = 0; i < width; i++) distances[i] = selection[i] === 0 ? far : 0;
  for (let i = width; i < distances.length; i++)
    distances[i] = selection[i] === 0 ? Math.min(far, distances[i - width]! + 1) : 0;
  for (let i = distances.length - width - 1; i >= 0; i--) {
    const below = distances[i + width]! + 1;
    if (below < distances[i]!) distances[i] = below;
  }
  return distances;
}
