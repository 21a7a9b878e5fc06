/** Scores of a segmentation: pixels are pooled over images, void pixels are left out. */
import type { ClassInfo, Scores } from '../shared/model.js';
import { VOID_INDEX } from './warp.js';

/** What one image contributes; parts of many images add up. */
export interface Tally {
  images: number;
  /** [truth · C + prediction], pixels. */
  confusion: Float64Array;
  /** Sum over labelled pixels of −log p(truth). */
  entropy: number;
  /** Sum over images of the image's soft macro Dice. */
  softDice: number;
}

export const emptyTally = (classes: number): Tally => ({
  images: 0,
  confusion: new Float64Array(classes * classes),
  entropy: 0,
  softDice: 0,
});

/**
 * @param truth [P] class indices, VOID_INDEX where unlabelled.
 * @param probabilities [P · C] row-major; the prediction is the largest, the first of equals.
 */
export function tallyImage(truth: Uint8Array, probabilities: Float32Array, classes: number): Tally {
  const tally = emptyTally(classes);
  const overlap = new Float64Array(classes);
  const squares = new Float64Array(classes);
  const counts = new Float64Array(classes);
  let labelled = 0;
  for (let i = 0, at = 0; i < truth.length; i++, at += classes) {
    const label = truth[i]!;
    if (label === VOID_INDEX) continue;
    labelled++;
    let best = 0;
    for (let c = 0; c < classes; c++) {
      const p = probabilities[at + c]!;
      if (p > probabilities[at + best]!) best = c;
      squares[c]! += p * p;
    }
    const p = probabilities[at + label]!;
    overlap[label]! += p;
    counts[label]!++;
    tally.confusion[label * classes + best]!++;
    tally.entropy -= Math.log(Math.max(p, 1e-7));
  }
  if (labelled === 0) return tally;
  let dice = 0;
  for (let c = 0; c < classes; c++) dice += (2 * overlap[c]! + 1e-6) / (squares[c]! + counts[c]! + 1e-6);
  return { ...tally, images: 1, softDice: dice / classes };
}

export function addTally(sum: Tally, part: Tally): void {
  sum.images += part.images;
  sum.entropy += part.entropy;
  sum.softDice += part.softDice;
  part.confusion.forEach((n, i) => (sum.confusion[i]! += n));
}

const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : 0);

export function scoresOf(tally: Tally, classes: readonly ClassInfo[]): Scores {
  const n = classes.length;
  const at = (truth: number, prediction: number) => tally.confusion[truth * n + prediction]!;
  const indices = classes.map((_, index) => index);
  const truths = indices.map((c) => indices.reduce((sum, p) => sum + at(c, p), 0));
  const predictions = indices.map((c) => indices.reduce((sum, t) => sum + at(t, c), 0));
  const total = truths.reduce((sum, count) => sum + count, 0);
  const hits = indices.map((c) => at(c, c));
  const seen = indices.filter((c) => truths[c]! + predictions[c]! > 0);
  const iou = (c: number) => ratio(hits[c]!, truths[c]! + predictions[c]! - hits[c]!);
  return {
    images: tally.images,
    pixelAccuracy: ratio(
      hits.reduce((sum, count) => sum + count, 0),
      total,
    ),
    meanIoU: ratio(
      seen.reduce((sum, c) => sum + iou(c), 0),
      seen.length,
    ),
    softMacroDice: ratio(tally.softDice, tally.images),
    loss: ratio(tally.entropy, total),
    classes: classes.map(({ name }, c) => ({
      name,
      dice: ratio(2 * hits[c]!, truths[c]! + predictions[c]!),
      iou: iou(c),
      precision: ratio(hits[c]!, predictions[c]!),
      recall: ratio(hits[c]!, truths[c]!),
      pixels: truths[c]!,
    })),
    confusion: indices.map((t) => indices.map((p) => at(t, p))),
  };
}

/**
 * The tutorial's f_score: mean over classes of the F-β of thresholded probabilities, β = 1, smoothed.
 * @param truth [P] class indices, VOID_INDEX left out. @param probabilities [P · C].
 */
export function fScore(
  truth: Uint8Array,
  probabilities: Float32Array,
  classes: number,
  { beta = 1, smooth = 1e-5, threshold = 0.5 } = {},
): number {
  const hits = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  const actual = new Float64Array(classes);
  for (let i = 0; i < truth.length; i++) {
    const label = truth[i]!;
    if (label === VOID_INDEX) continue;
    actual[label]!++;
    for (let c = 0; c < classes; c++)
      if (probabilities[i * classes + c]! > threshold) {
        predicted[c]!++;
        if (c === label) hits[c]!++;
      }
  }
  const b2 = beta * beta;
  let sum = 0;
  for (let c = 0; c < classes; c++) {
    const falsePositives = predicted[c]! - hits[c]!;
    const falseNegatives = actual[c]! - hits[c]!;
    sum +=
      ((1 + b2) * hits[c]! + smooth) / ((1 + b2) * hits[c]! + b2 * falseNegatives + falsePositives + smooth);
  }
  return sum / classes;
}
