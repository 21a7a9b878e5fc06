/**
 * Thresholds as a segmentation: each image is parted into bands of intensity by itself, and what class a band is was
 * learned from labelled images. What a trained network has to beat.
 */
import type { PixelArray, PixelImage } from '../shared/model.js';
import { histogramOf, multiOtsu } from './otsu.js';

/** One way to part an image. */
export interface Bands {
  /** A colour channel from 0 on, or the mean of all. */
  channel: number | 'mean';
  /** Otsu's threshold makes two, multi-Otsu more. */
  bands: number;
}

export interface ThresholdRule extends Bands {
  /** Class index of each band, from dark to bright. */
  classOfBand: number[];
}

export interface LabelledImage {
  image: PixelImage;
  /** Class index a pixel; what is no index of a class is unlabelled. */
  labels: Uint8Array;
}

/** Labelled pixels of an image: `[band · classes + class]`, one table for each way to part it. */
export type BandCounts = Float64Array[];

/** The exact search is quadratic in intensities and linear in bands; more than these part noise. */
const MOST_BANDS = 5;
const MOST_CHANNELS = 4;
/** Ways to give classes to bands that are all tried. */
const MOST_ASSIGNMENTS = 4096;

/** All ways that are tried for images of so many colour channels. */
export function waysToPart(colors: number, classes: number): Bands[] {
  const most = Math.min(MOST_BANDS, Math.max(3, classes));
  const channels: Bands['channel'][] = [
    'mean',
    ...(colors > 1 ? Array.from({ length: Math.min(colors, MOST_CHANNELS) }, (_, c) => c) : []),
  ];
  return channels.flatMap((channel) =>
    Array.from({ length: most - 1 }, (_, i) => ({ channel, bands: i + 2 })),
  );
}

/** An image of fewer channels than a way asks for gives its last. */
export function countBands(
  { image, labels }: LabelledImage,
  ways: readonly Bands[],
  classes: number,
): BandCounts {
  const planes = new Map<Bands['channel'], PixelArray>();
  return ways.map(({ channel, bands }) => {
    let plane = planes.get(channel);
    if (!plane) planes.set(channel, (plane = planeOf(image, channel)));
    const thresholds = thresholdsOf(plane, bands);
    const counts = new Float64Array(bands * classes);
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!;
      if (label >= classes) continue;
      let band = 0;
      while (band < thresholds.length && plane[i]! > thresholds[band]!) band++;
      counts[band * classes + label]!++;
    }
    return counts;
  });
}

/** Way and classes of its bands with the highest mean IoU on these images together; the first of equals. */
export function bestRule(
  images: readonly BandCounts[],
  ways: readonly Bands[],
  classes: number,
): ThresholdRule {
  const rules = ways.map((way, w) => {
    const counts = added(
      images.map((one) => one[w]!),
      way.bands * classes,
    );
    const classOfBand = bestAssignment(counts, way.bands, classes);
    return {
      rule: { ...way, classOfBand },
      meanIoU: iousOf(confusionOf(counts, classOfBand, classes)).meanIoU,
    };
  });
  return rules.reduce((best, one) => (one.meanIoU > best.meanIoU ? one : best)).rule;
}

/** `confusion[truth][prediction]` in pixels. */
export function confusionOf(counts: Float64Array, classOfBand: readonly number[], classes: number) {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  classOfBand.forEach((predicted, band) => {
    for (let truth = 0; truth < classes; truth++)
      confusion[truth]![predicted]! += counts[band * classes + truth]!;
  });
  return confusion;
}

/** Dice and IoU of each class, 0 where it occurs nowhere; the mean is of the classes that occur in truth or prediction. */
export function iousOf(confusion: readonly (readonly number[])[]) {
  const classes = confusion.map((row, k) => {
    const hits = row[k]!;
    const both = confusion.reduce((sum, other) => sum + other[k]!, 0) + row.reduce((sum, n) => sum + n, 0);
    return {
      pixels: both,
      dice: both > 0 ? (2 * hits) / both : 0,
      iou: both > hits ? hits / (both - hits) : 0,
    };
  });
  const seen = classes.filter(({ pixels }) => pixels > 0);
  return {
    classes: classes.map(({ dice, iou }) => ({ dice, iou })),
    meanIoU: seen.length ? seen.reduce((sum, { iou }) => sum + iou, 0) / seen.length : 0,
  };
}

export const added = (tables: readonly Float64Array[], length: number): Float64Array =>
  tables.reduce((sum, one) => sum.map((n, i) => n + one[i]!), new Float64Array(length));

/** As many as can be: an image of one intensity has none, and all of it is the darkest band. */
function thresholdsOf(plane: PixelArray, bands: number): number[] {
  const histogram = histogramOf(plane);
  const occupied = histogram.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return occupied < 2 ? [] : multiOtsu(histogram, Math.min(bands, occupied));
}

function planeOf(
  { data, channels, alpha, width, height }: PixelImage,
  channel: Bands['channel'],
): PixelArray {
  const colors = channels - (alpha ? 1 : 0);
  if (channels === 1) return data;
  if (channel === 'mean') {
    const plane = new Float32Array(width * height);
    for (let i = 0, at = 0; i < plane.length; i++, at += channels) {
      let sum = 0;
      for (let c = 0; c < colors; c++) sum += data[at + c]!;
      plane[i] = sum / colors;
    }
    return plane;
  }
  // Of the image's own type: whole numbers have a bin each.
  const plane = data.slice(0, width * height);
  const from = Math.min(channel, colors - 1);
  for (let i = 0, at = from; i < plane.length; i++, at += channels) plane[i] = data[at]!;
  return plane;
}

/** All assignments where they are few; otherwise each band gets its largest class and then whatever is better. */
function bestAssignment(counts: Float64Array, bands: number, classes: number): number[] {
  const quality = (classOfBand: readonly number[]) =>
    iousOf(confusionOf(counts, classOfBand, classes)).meanIoU;
  let best = Array.from({ length: bands }, (_, band) => {
    const own = counts.subarray(band * classes, (band + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
  let highest = quality(best);
  const consider = (classOfBand: number[]) => {
    const value = quality(classOfBand);
    if (value <= highest) return false;
    [best, highest] = [classOfBand, value];
    return true;
  };
  const all = classes ** bands;
  if (all <= MOST_ASSIGNMENTS) {
    for (let n = 0; n < all; n++)
      consider(Array.from({ length: bands }, (_, band) => Math.floor(n / classes ** band) % classes));
    return best;
  }
  for (let better = true; better;) {
    better = false;
    for (let band = 0; band < bands; band++)
      for (let value = 0; value < classes; value++)
        if (consider(best.map((old, i) => (i === band ? value : old)))) better = true;
  }
  return best;
}
