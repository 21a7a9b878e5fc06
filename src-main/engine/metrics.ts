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
  /** Labelled pixels whose probability of a class is over F_SCORE_THRESHOLD, and those of them that are of the class. */
  confident: Float64Array;
  confidentHits: Float64Array;
}

const F_SCORE_THRESHOLD = 0.5;
const F_SCORE_SMOOTH = 1e-5;

export const emptyTally = (classes: number): Tally => ({
  images: 0,
  confusion: new Float64Array(classes * classes),
  entropy: 0,
  softDice: 0,
  confident: new Float64Array(classes),
  confidentHits: new Float64Array(classes),
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
      if (p > F_SCORE_THRESHOLD) {
        tally.confident[c]!++;
        if (c === label) tally.confidentHits[c]!++;
      }
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
  for (const key of ['confusion', 'confident', 'confidentHits'] as const)
    part[key].forEach((n, i) => (sum[key][i]! += n));
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
    fScore: fScoreOf(tally, truths),
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
 * The tutorial's f_score: the mean over classes of F1 = 2TP / (2TP + FN + FP) of probabilities over one half, smoothed.
 * @param truths labelled pixels of each class.
 */
function fScoreOf({ confident, confidentHits }: Tally, truths: readonly number[]): number {
  const perClass = truths.map((truth, c) => {
    const hits = 2 * confidentHits[c]!;
    // FN + FP = (truth − TP) + (predicted − TP).
    return (hits + F_SCORE_SMOOTH) / (truth + confident[c]! + F_SCORE_SMOOTH);
  });
  return perClass.reduce((sum, f) => sum + f, 0) / perClass.length;
}
