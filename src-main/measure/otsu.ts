/** Thresholds that part intensities into classes without any training: what a trained network has to beat. */
import type { PixelArray } from '../shared/model.js';

export interface Histogram {
  /** Intensity each bin stands for, ascending. */
  centers: Float64Array;
  counts: Float64Array;
}

/** Integers spread wider than this share bins. */
const MAX_INTEGER_BINS = 65_536;
const WIDE_BINS = 256;
/** The search for several thresholds is quadratic in the bins. */
const MAX_MULTI_BINS = 512;

/**
 * A bin for each integer from the least to the greatest value, or 256 equal bins for other values.
 * @param values One channel; values that are not finite are left out.
 */
export function histogramOf(values: PixelArray): Histogram {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values)
    if (Number.isFinite(value)) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  if (low > high) return { centers: new Float64Array(0), counts: new Float64Array(0) };
  const integers = !(values instanceof Float32Array || values instanceof Float64Array);
  if (integers && high - low < MAX_INTEGER_BINS) {
    const counts = new Float64Array(high - low + 1);
    for (const value of values) counts[value - low]!++;
    return { centers: Float64Array.from(counts, (_, i) => low + i), counts };
  }
  const width = (high - low) / WIDE_BINS || 1;
  const counts = new Float64Array(WIDE_BINS);
  for (const value of values)
    if (Number.isFinite(value)) counts[Math.min(WIDE_BINS - 1, Math.floor((value - low) / width))]!++;
  return { centers: Float64Array.from(counts, (_, i) => low + (i + 0.5) * width), counts };
}

/**
 * The threshold that makes the variance between the two classes largest; values up to and with it are the darker class.
 * N. Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9 (1979) 62–66.
 */
export const otsuThreshold = (histogram: Histogram): number => multiOtsu(histogram, 2)[0]!;

/**
 * `classes − 1` ascending thresholds by the same measure; values up to and with a threshold are below it.
 * P.-S. Liao, T.-S. Chen, P.-C. Chung, "A fast algorithm for multilevel thresholding", J. Inf. Sci. Eng. 17 (2001)
 * 713–727. Found exactly, by dynamic programming over the bins.
 * @throws RangeError when fewer bins than classes are occupied.
 */
export function multiOtsu(histogram: Histogram, classes: number): number[] {
  const { centers, counts } = classes > 2 ? rebinned(histogram) : histogram;
  const bins = counts.length;
  const occupied = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  if (classes < 2 || occupied < classes)
    throw new RangeError(`${occupied} different intensities cannot be parted into ${classes} classes`);

  // Moments up to each bin, taken about the middle so that large intensities lose no digits.
  const middle = (centers[0]! + centers[bins - 1]!) / 2;
  const mass = new Float64Array(bins + 1);
  const moment = new Float64Array(bins + 1);
  for (let i = 0; i < bins; i++) {
    mass[i + 1] = mass[i]! + counts[i]!;
    moment[i + 1] = moment[i]! + counts[i]! * (centers[i]! - middle);
  }
  // A class of bins from … to−1 adds its mass times its squared mean; their sum grows with the variance between classes.
  const gain = (from: number, to: number) => {
    const n = mass[to]! - mass[from]!;
    return n > 0 ? (moment[to]! - moment[from]!) ** 2 / n : 0;
  };

  let best = Float64Array.from({ length: bins + 1 }, (_, end) => gain(0, end));
  const cuts: Int32Array[] = [];
  for (let k = 2; k <= classes; k++) {
    const next = new Float64Array(bins + 1).fill(-Infinity);
    const cut = new Int32Array(bins + 1);
    const firstEnd = k === classes ? bins : k;
    for (let end = firstEnd; end <= bins; end++)
      for (let from = k - 1; from < end; from++) {
        const value = best[from]! + gain(from, end);
        if (value > next[end]!) [next[end], cut[end]] = [value, from];
      }
    cuts.push(cut);
    best = next;
  }
  const thresholds: number[] = [];
  for (let k = cuts.length - 1, end = bins; k >= 0; k--) {
    end = cuts[k]![end]!;
    thresholds.unshift(centers[end - 1]!);
  }
  return thresholds;
}

/** Neighbouring bins merged until there are few enough; a merged bin keeps its last center, so that "up to" stays true. */
function rebinned({ centers, counts }: Histogram): Histogram {
  const step = Math.ceil(counts.length / MAX_MULTI_BINS);
  if (step === 1) return { centers, counts };
  const merged = new Float64Array(Math.ceil(counts.length / step));
  for (let i = 0; i < counts.length; i++) merged[Math.floor(i / step)]! += counts[i]!;
  return {
    counts: merged,
    centers: Float64Array.from(merged, (_, i) => centers[Math.min(counts.length, (i + 1) * step) - 1]!),
  };
}
