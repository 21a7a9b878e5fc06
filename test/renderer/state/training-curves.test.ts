import { expect, test } from 'vitest';
import type { TrainingCurve } from '../../../src-main/shared/app-api-training.js';
import type { ClassInfo, Scores } from '../../../src-main/shared/model.js';
import { aligned, curvesOf, epochRows, sparkline } from '../../../src-renderer/state/training-curves.js';

const CLASSES: ClassInfo[] = [
  { value: 1, name: 'ground', color: '#0072b2' },
  { value: 2, name: 'cell', color: '#d55e00' },
];

const scores = (loss: number, dice: readonly number[]): Scores => ({
  images: 1,
  pixelAccuracy: 0.9,
  meanIoU: dice[0]! / 2,
  softMacroDice: 0,
  fScore: 0,
  loss,
  classes: dice.map((value, i) => ({
    name: CLASSES[i]!.name,
    dice: value,
    iou: value / 2,
    precision: 1,
    recall: 1,
    pixels: 10,
  })),
  confusion: [],
});

const CURVE: TrainingCurve = {
  steps: [
    { step: 1, epoch: 0, loss: 2, learningRate: 0.1 },
    { step: 2, epoch: 0, loss: null, learningRate: 0.2 },
    { step: 3, epoch: 1, loss: 1, learningRate: 0.1 },
  ],
  epochs: [
    {
      epoch: 1,
      step: 2,
      loss: 2,
      learningRate: 0.2,
      train: scores(0.7, [0.6, 0.2]),
      val: scores(0.8, [0.5, 0.1]),
    },
    { epoch: 2, step: 3, loss: 1, learningRate: 0.1, train: null, val: scores(0.6, [0.9, 0.3]) },
  ],
};

test('the loss is that of every step, of the training images and of the held-out ones', () => {
  const curves = curvesOf(CURVE, 'loss', { classes: CLASSES });
  expect(curves.map(({ tone, x, y }) => [tone, x, y])).toEqual([
    ['steps', [1, 2, 3], [2, null, 1]],
    ['train', [2], [0.7]],
    ['val', [2, 3], [0.8, 0.6]],
  ]);
});

test('without scores on training images their loss is the mean of the steps', () => {
  const epochs = CURVE.epochs.map((epoch) => ({ ...epoch, train: null }));
  const [, train] = curvesOf({ ...CURVE, epochs }, 'loss', { classes: CLASSES });
  expect(train).toMatchObject({ x: [2, 3], y: [2, 1] });
});

test('Dice and IoU are a curve a class, in its colour', () => {
  const curves = curvesOf(CURVE, 'dice', { classes: CLASSES });
  expect(curves.map(({ label, color, y }) => [label, color, y])).toEqual([
    ['ground', '#0072b2', [0.5, 0.9]],
    ['cell', '#d55e00', [0.1, 0.3]],
  ]);
  expect(curvesOf(CURVE, 'iou', { classes: CLASSES })[0]!.y).toEqual([0.25, 0.45]);
});

test('a run that is compared is dashed, named, and without its single steps', () => {
  const curves = curvesOf(CURVE, 'loss', { classes: CLASSES, compared: 'before' });
  expect(curves.every(({ dashed, label }) => dashed && label.endsWith(' · before'))).toBe(true);
  expect(curves.map(({ tone }) => tone)).toEqual(['train', 'val']);
});

test('curves of different steps share one table, in which a missing number is no gap', () => {
  const table = aligned(curvesOf(CURVE, 'loss', { classes: CLASSES }));
  expect(table.x).toEqual([1, 2, 3]);
  expect(table.columns).toEqual([
    [2, null, 1],
    [undefined, 0.7, undefined],
    [undefined, 0.8, 0.6],
  ]);
});

test('the table says the same as the chart', () => {
  expect(epochRows(CURVE)).toEqual([
    { epoch: 1, step: 2, loss: 2, heldOutLoss: 0.8, iou: 0.25, dice: 0.3 },
    { epoch: 2, step: 3, loss: 1, heldOutLoss: 0.6, iou: 0.45, dice: 0.6 },
  ]);
});

test('a sparkline runs from left to right, the best on top, and needs two numbers', () => {
  expect(sparkline([0.1, null, 0.3, 0.2])).toBe('0.0,19.0 50.0,1.0 100.0,10.0');
  expect(sparkline([0.4, null])).toBe('');
});
