/** Counts of intensities of one channel: for display windows and for thresholds. */
import type { PixelArray } from '../../src-main/shared/model.js';

/** Bin i holds the values from low + i · width up to (not with) low + (i + 1) · width; the last one holds its end too. */
export interface Histogram {
  low: number;
  /** > 0. Integers that fit have a bin each, of width 1. */
  width: number;
  counts: Float64Array;
}

const MAX_INTEGER_BINS = 65_536;
const OTHER_BINS = 4096;

/**
 * @param values One channel; values that are not finite are left out.
 * @param region 0: left out; null: all count.
 */
export function histogramOf(values: PixelArray, region: Uint8Array | null = null): Histogram {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (region?.[i] === 0 || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return { low: 0, width: 1, counts: new Float64Array(0) };
  const integers = !(values instanceof Float32Array || values instanceof Float64Array);
  const eachItsOwn = integers && high - low < MAX_INTEGER_BINS;
  const bins = eachItsOwn ? high - low + 1 : OTHER_BINS;
  const width = eachItsOwn ? 1 : (high - low) / OTHER_BINS || 1;
  const counts = new Float64Array(bins);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (region?.[i] === 0 || !Number.isFinite(value)) continue;
    counts[Math.min(bins - 1, Math.floor((value - low) / width))]!++;
  }
  return { low, width, counts };
}

/**
 * The value below which a share (0 … 1) of the counts lies, interpolated within its bin; for integers the value itself.
 * @throws RangeError for an empty histogram.
 */
export function quantile({ low, width, counts }: Histogram, share: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) throw new RangeError('there is nothing in this histogram');
  const wanted = share * (total - 1);
  let passed = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin]!;
    if (count > 0 && passed + count > wanted)
      return width === 1 ? low + bin : low + (bin + (wanted - passed) / count) * width;
    passed += count;
  }
  return low + counts.length * width;
}

/**
 * The threshold that makes the variance between the two classes largest; values up to and with it are the darker class.
 * Null when all values are equal.
 * N. Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9 (1979) 62–66.
 */
export function otsuThreshold({ low, width, counts }: Histogram): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const moment = counts.reduce((sum, count, bin) => sum + count * bin, 0);
  let [mass, darkMoment, best, threshold] = [0, 0, 0, null as number | null];
  for (let bin = 0; bin < counts.length - 1; bin++) {
    mass += counts[bin]!;
    darkMoment += counts[bin]! * bin;
    if (mass === 0 || mass === total) continue;
    const variance = (darkMoment * total - moment * mass) ** 2 / (mass * (total - mass));
    // A bin that is wider than one value ends where the next begins.
    if (variance > best) [best, threshold] = [variance, width === 1 ? low + bin : low + (bin + 1) * width];
  }
  return threshold;
}
