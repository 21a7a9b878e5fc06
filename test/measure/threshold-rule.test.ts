import { expect, test } from 'vitest';
import {
  bestRule,
  confusionOf,
  countBands,
  iousOf,
  waysToPart,
} from '../../src-main/measure/threshold-rule.js';
import { randomFor } from '../../src-main/shared/random.js';

const [WIDTH, HEIGHT] = [40, 30];

/** Three classes by intensity in the second channel of three; the others are noise. */
function stained(seed: number) {
  const random = randomFor(seed, 3);
  const labels = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i % WIDTH < 8 ? 2 : i % 3 ? 0 : 1));
  const level = [220, 60, 140];
  const data = Uint8Array.from({ length: labels.length * 3 }, (_, at) =>
    at % 3 === 1 ? level[labels[(at - 1) / 3]!]! + random.integer(20) : random.integer(256),
  );
  const image = { width: WIDTH, height: HEIGHT, channels: 3, type: 'uint8' as const, alpha: false, data };
  return { image: { ...image, pixelSizeUm: null } as never, labels };
}

test('channel, bands and their classes are found on training images and hold for others', () => {
  const ways = waysToPart(3, 3);
  expect(ways).toHaveLength(8);
  const rule = bestRule([countBands(stained(1), ways, 3), countBands(stained(2), ways, 3)], ways, 3);
  expect(rule).toEqual({ channel: 1, bands: 3, classOfBand: [1, 2, 0] });
  const held = countBands(stained(9), [rule], 3)[0]!;
  expect(iousOf(confusionOf(held, rule.classOfBand, 3)).meanIoU).toBe(1);
});

test('a class in the middle needs three bands though there are two classes', () => {
  const values = [30, 120, 210];
  const data = Uint8Array.from({ length: 300 }, (_, i) => values[i % 3]! + (i % 7));
  const labels = Uint8Array.from({ length: 300 }, (_, i) => (i % 3 === 1 ? 1 : 0));
  const image = { width: 30, height: 10, channels: 1, type: 'uint8', alpha: false, data } as never;
  const ways = waysToPart(1, 2);
  const counts = countBands({ image, labels }, ways, 2);
  expect(bestRule([counts], ways, 2)).toEqual({ channel: 'mean', bands: 3, classOfBand: [0, 1, 0] });
});

test('unlabelled pixels count nowhere, and an image of one intensity is one band', () => {
  const image = {
    ...{ width: 4, height: 1, channels: 1, type: 'uint8', alpha: false },
    data: Uint8Array.of(9, 9, 9, 9),
  } as never;
  const [counts] = countBands({ image, labels: Uint8Array.of(0, 1, 255, 1) }, [{ channel: 0, bands: 2 }], 2);
  expect([...counts!]).toEqual([1, 2, 0, 0]);
});

test('Dice and IoU are those of the textbook, and the mean leaves out what occurs nowhere', () => {
  const { classes, meanIoU } = iousOf([
    [6, 2, 0],
    [1, 3, 0],
    [0, 0, 0],
  ]);
  expect(classes[0]).toEqual({ dice: 12 / 15, iou: 6 / 9 });
  expect(classes[1]).toEqual({ dice: 6 / 9, iou: 3 / 6 });
  expect(classes[2]).toEqual({ dice: 0, iou: 0 });
  expect(meanIoU).toBeCloseTo((6 / 9 + 3 / 6) / 2, 12);
});
