import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { addTally, emptyTally, scoresOf, tallyImage } from '../../src-main/engine/metrics.js';
import type { ClassInfo } from '../../src-main/shared/model.js';
import { decodeSafetensors } from '../../src-main/shared/safetensors.js';
import { runPython } from '../python.js';

interface Reference {
  accuracy: number;
  loss: number;
  dice: number[];
  iou: number[];
  mean_iou: number;
  precision: number[];
  recall: number[];
  confusion: number[][];
  soft_macro_dice: number;
  f_score: [number, number];
}

const CLASSES: ClassInfo[] = ['cell', 'membrane', 'nucleus', 'debris'].map((name, index) => ({
  name,
  value: index + 1,
  color: '#808080',
}));

let reference: Reference;
let images: { truth: Uint8Array; probabilities: Float32Array }[];

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'metrics-'));
  try {
    await runPython(resolve(import.meta.dirname, '../python/metrics_reference.py'), [folder]);
    reference = JSON.parse(await readFile(join(folder, 'scores.json'), 'utf8')) as Reference;
    const { tensors } = decodeSafetensors(await readFile(join(folder, 'images.safetensors')));
    images = [0, 1].map((index) => ({
      truth: Uint8Array.from(tensors.get(`truth/${index}`)!.data),
      probabilities: tensors.get(`probabilities/${index}`)!.data,
    }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);

test('pooled scores over images with void pixels equal those of scikit-learn', () => {
  const tally = emptyTally(CLASSES.length);
  for (const { truth, probabilities } of images)
    addTally(tally, tallyImage(truth, probabilities, CLASSES.length));
  const scores = scoresOf(tally, CLASSES);
  expect(scores.images).toBe(2);
  expect(scores.confusion).toEqual(reference.confusion);
  expect(scores.pixelAccuracy).toBeCloseTo(reference.accuracy, 10);
  expect(scores.meanIoU).toBeCloseTo(reference.mean_iou, 10);
  expect(scores.softMacroDice).toBeCloseTo(reference.soft_macro_dice, 6);
  expect(scores.loss).toBeCloseTo(reference.loss, 5);
  scores.classes.forEach((row, k) => {
    expect(row.dice).toBeCloseTo(reference.dice[k]!, 10);
    expect(row.iou).toBeCloseTo(reference.iou[k]!, 10);
    expect(row.precision).toBeCloseTo(reference.precision[k]!, 10);
    expect(row.recall).toBeCloseTo(reference.recall[k]!, 10);
  });
});

test('the f-score equals the mean F1 of scikit-learn, void pixels left out', () => {
  const { truth, probabilities } = images[0]!;
  const { fScore } = scoresOf(tallyImage(truth, probabilities, CLASSES.length), CLASSES);
  expect(fScore).toBeCloseTo(reference.f_score[0], 6);
});

test('an image without a labelled pixel changes no score', () => {
  const { probabilities } = images[0]!;
  const tally = tallyImage(new Uint8Array(400).fill(255), probabilities, CLASSES.length);
  expect(tally).toEqual(emptyTally(CLASSES.length));
});
