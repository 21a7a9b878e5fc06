/** Growing, shrinking and smoothing with an exact disc: the pixels whose centres are at most a radius away. */
import type { Size } from './selection.js';

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
  const outside = grow(
    selection.map((value) => (value === 0 ? 1 : 0)),
    size,
    options,
  );
  for (let i = 0; i < outside.length; i++) outside[i] = outside[i] === 0 ? 1 : 0;
  return outside;
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
  const present = new Uint8Array(256);
  for (let i = 0; i < labels.length; i++) present[labels[i]!] = 1;
  const values = [...present.keys()].filter((value) => present[value] === 1);
  const counts = new Int32Array(256);
  const smoothed = new Uint8Array(labels.length);
  for (let y = 0; y < height; y++) {
    counts.fill(0);
    const first = Math.max(0, y - radius);
    const last = Math.min(height - 1, y + radius);
    for (let v = first; v <= last; v++)
      for (let x = 0, end = Math.min(width - 1, halves[v - y + radius]!); x <= end; x++)
        counts[labels[v * width + x]!]!++;
    for (let x = 0; x < width; x++) {
      const own = labels[y * width + x]!;
      let [best, most] = [own, counts[own]!];
      for (const value of values) if (counts[value]! > most) [best, most] = [value, counts[value]!];
      smoothed[y * width + x] = best;
      for (let v = first; v <= last; v++) {
        const half = halves[v - y + radius]!;
        if (x - half >= 0) counts[labels[v * width + x - half]!]!--;
        if (x + half + 1 < width) counts[labels[v * width + x + half + 1]!]!++;
      }
    }
    if (y % ROWS_BETWEEN_REPORTS === 0) onProgress?.(y / height);
  }
  return smoothed;
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
