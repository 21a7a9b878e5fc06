/** Scores of any labels and predictions: what must hold whatever they are, and what scikit-learn says about some. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addTally, emptyTally, scoresOf, tallyImage, type Tally } from '../../src-main/engine/metrics.js';
import { VOID_INDEX } from '../../src-main/engine/warp.js';
import type { ClassInfo, Scores } from '../../src-main/shared/model.js';

const classesOf = (count: number): ClassInfo[] =>
  Array.from({ length: count }, (_, i) => ({ value: i + 1, name: `class ${i}`, color: '#808080' }));

/** A pixel: its label, and what is predicted there. */
interface Pixel {
  truth: number;
  guess: number;
  sure: number;
}

interface Case {
  count: number;
  pixels: Pixel[];
}

const cases: fc.Arbitrary<Case> = fc.integer({ min: 2, max: 5 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    pixels: fc.array(
      fc.record({
        truth: fc.oneof(fc.integer({ min: 0, max: count - 1 }), fc.constant(VOID_INDEX)),
        guess: fc.integer({ min: 0, max: count - 1 }),
        // Shares in 1/64: sums of them are exact, so that order changes nothing.
        sure: fc.integer({ min: 60, max: 64 }).map((n) => n / 64),
      }),
      { maxLength: 60 },
    ),
  }),
);

/** Probabilities: `sure` for the guess, the rest shared by the others. */
function tallyOf({ count, pixels }: Case): Tally {
  const probabilities = new Float32Array(pixels.length * count);
  for (const [i, { guess, sure }] of pixels.entries())
    for (let c = 0; c < count; c++)
      probabilities[i * count + c] = c === guess ? sure : (1 - sure) / (count - 1);
  return tallyImage(
    Uint8Array.from(pixels, ({ truth }) => truth),
    probabilities,
    count,
  );
}

const scores = (one: Case): Scores => scoresOf(tallyOf(one), classesOf(one.count));

const expectClose = (a: Scores, b: Scores) => {
  for (const key of ['pixelAccuracy', 'meanIoU', 'softMacroDice', 'fScore', 'loss'] as const)
    expect(a[key], key).toBeCloseTo(b[key], 9);
};

describe('scores', () => {
  test('lie between 0 and 1, and Dice is 2 IoU / (1 + IoU)', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { pixelAccuracy, meanIoU, fScore, classes, loss } = scores(one);
        for (const { dice, iou, precision, recall } of classes) {
          for (const score of [dice, iou, precision, recall]) {
            expect(score).toBeGreaterThanOrEqual(0);
            expect(score).toBeLessThanOrEqual(1);
          }
          expect(dice).toBeCloseTo((2 * iou) / (1 + iou), 12);
        }
        for (const score of [pixelAccuracy, meanIoU, fScore])
          expect(score >= 0 && score <= 1 + 1e-9).toBe(true);
        expect(loss).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('of a prediction by the labels: precision and recall change places, Dice and IoU stay', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const labelled = one.pixels.filter(({ truth }) => truth !== VOID_INDEX);
        const there = scores({ ...one, pixels: labelled });
        const back = scores({
          ...one,
          pixels: labelled.map(({ truth, guess, sure }) => ({ truth: guess, guess: truth, sure })),
        });
        expect(back.pixelAccuracy).toBe(there.pixelAccuracy);
        expect(back.meanIoU).toBeCloseTo(there.meanIoU, 12);
        for (const [c, row] of there.classes.entries()) {
          expect(back.classes[c]).toMatchObject({
            dice: row.dice,
            precision: row.recall,
            recall: row.precision,
          });
          expect(back.classes[c]!.iou).toBe(row.iou);
        }
        for (let t = 0; t < one.count; t++)
          for (let p = 0; p < one.count; p++) expect(back.confusion[p]![t]).toBe(there.confusion[t]![p]);
      }),
    );
  });

  test('follow their classes when these are put in another order', () => {
    const withOrder = cases.chain((one) =>
      fc.record({
        one: fc.constant(one),
        order: fc.shuffledSubarray([...Array(one.count).keys()], { minLength: one.count }),
      }),
    );
    fc.assert(
      fc.property(withOrder, ({ one, order }) => {
        const placed = (value: number) => (value === VOID_INDEX ? value : order.indexOf(value));
        const before = scores(one);
        const after = scores({
          ...one,
          pixels: one.pixels.map(({ truth, guess, sure }) => ({
            truth: placed(truth),
            guess: placed(guess),
            sure,
          })),
        });
        expectClose(after, before);
        for (const [at, was] of order.entries()) {
          const { name: _, ...row } = before.classes[was]!;
          expect(after.classes[at]).toMatchObject(row);
        }
      }),
    );
  });

  test('do not depend on the order of the pixels, nor on void ones among them', () => {
    fc.assert(
      fc.property(cases, fc.nat({ max: 20 }), (one, voids) => {
        const more = Array.from({ length: voids }, () => ({ truth: VOID_INDEX, guess: 0, sure: 1 }));
        const turned = { ...one, pixels: [...more, ...one.pixels.toReversed()] };
        expectClose(scores(turned), scores(one));
        expect(scores(turned).confusion).toEqual(scores(one).confusion);
      }),
    );
  });

  test('of pooled images are those of one image with all their pixels', () => {
    const two = cases.chain((first) =>
      fc.record({ first: fc.constant(first), second: cases.filter(({ count }) => count === first.count) }),
    );
    fc.assert(
      fc.property(two, ({ first, second }) => {
        const pooled = emptyTally(first.count);
        for (const one of [first, second]) addTally(pooled, tallyOf(one));
        const whole = scores({ count: first.count, pixels: [...first.pixels, ...second.pixels] });
        const sum = scoresOf(pooled, classesOf(first.count));
        // Soft Dice is a mean over images by its definition; all else is pooled.
        expectClose({ ...sum, softMacroDice: 0 }, { ...whole, softMacroDice: 0 });
        expect(sum.confusion).toEqual(whole.confusion);
        expect(sum.classes).toEqual(whole.classes);
      }),
    );
  });

  test('of a perfect prediction are 1, and its loss is 0', () => {
    fc.assert(
      fc.property(cases, ({ count, pixels }) => {
        const labelled = pixels.filter(({ truth }) => truth !== VOID_INDEX);
        fc.pre(labelled.length > 0);
        const perfect = scores({
          count,
          pixels: labelled.map(({ truth }) => ({ truth, guess: truth, sure: 1 })),
        });
        expect(perfect).toMatchObject({ pixelAccuracy: 1, meanIoU: 1, images: 1 });
        expect(perfect.loss).toBeCloseTo(0, 12);
        expect(perfect.fScore).toBeCloseTo(1, 9);
        expect(perfect.softMacroDice).toBeCloseTo(1, 9);
      }),
    );
  });
});

interface Recorded {
  classes: number;
  truth: number[];
  guess: number[];
  confusion: number[][];
  accuracy: number;
  meanIoU: number;
  dice: number[];
  iou: number[];
  precision: number[];
  recall: number[];
}

const recorded = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../reference/metrics.json'), 'utf8'),
) as Recorded[];

test.each(recorded.map((one, n) => [n, one] as const))('case %i has the scores of scikit-learn', (_, one) => {
  const pixels = one.truth.map((truth, i) => ({ truth, guess: one.guess[i]!, sure: 1 }));
  const result = scores({ count: one.classes, pixels });
  expect(result.confusion).toEqual(one.confusion);
  expect(result.pixelAccuracy).toBeCloseTo(one.accuracy, 12);
  expect(result.meanIoU).toBeCloseTo(one.meanIoU, 12);
  for (const key of ['dice', 'iou', 'precision', 'recall'] as const)
    for (const [c, row] of result.classes.entries()) expect(row[key]).toBeCloseTo(one[key][c]!, 12);
});
