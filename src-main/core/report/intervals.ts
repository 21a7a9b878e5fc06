/** How sure scores are: bootstrap over images, which are what was drawn at random; pixels of one image are alike. */
import { randomFor } from '../../shared/random.js';

export interface Interval {
  low: number;
  high: number;
}

export interface ClassIntervals {
  dice: Interval | null;
  iou: Interval | null;
}

const RESAMPLES = 2000;
/** With fewer images an interval would say more about their number than about the model. */
export const LEAST_IMAGES = 4;

/**
 * 95 % percentile intervals (Efron 1979) of each class's Dice and IoU, pixels pooled over the resampled images.
 * @param confusions `confusion[truth][prediction]` in pixels, one an image
 * @returns one a class; null with fewer than LEAST_IMAGES, or where most resamples have no pixel of the class
 */
export function classIntervals(confusions: readonly (readonly number[][])[], seed = 1): ClassIntervals[] {
  const classes = confusions[0]?.length ?? 0;
  const none = Array.from({ length: classes }, () => ({ dice: null, iou: null }));
  if (confusions.length < LEAST_IMAGES) return none;
  const counts = confusions.map((confusion) => confusion.map((_, c) => countsOf(confusion, c)));
  const random = randomFor(seed, confusions.length);
  const dice: number[][] = none.map(() => []);
  const iou: number[][] = none.map(() => []);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const sums = none.map(() => ({ hits: 0, either: 0 }));
    for (let i = 0; i < counts.length; i++)
      counts[random.integer(counts.length)]!.forEach(({ hits, either }, c) => {
        sums[c]!.hits += hits;
        sums[c]!.either += either;
      });
    sums.forEach(({ hits, either }, c) => {
      if (!either) return;
      dice[c]!.push((2 * hits) / (hits + either));
      iou[c]!.push(hits / either);
    });
  }
  return none.map((_, c) => ({ dice: percentiles(dice[c]!), iou: percentiles(iou[c]!) }));
}

/** Pixels that are of a class in both, and in either of truth and prediction. */
function countsOf(confusion: readonly number[][], c: number): { hits: number; either: number } {
  const hits = confusion[c]![c]!;
  const truth = confusion[c]!.reduce((sum, pixels) => sum + pixels, 0);
  const predicted = confusion.reduce((sum, row) => sum + row[c]!, 0);
  return { hits, either: truth + predicted - hits };
}

function percentiles(values: number[]): Interval | null {
  if (values.length < RESAMPLES / 2) return null;
  values.sort((a, b) => a - b);
  const at = (share: number) => values[Math.round(share * (values.length - 1))]!;
  return { low: at(0.025), high: at(0.975) };
}
