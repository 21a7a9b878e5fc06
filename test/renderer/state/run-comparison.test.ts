import { expect, test } from 'vitest';
import type { RunDetail } from '../../../src-main/shared/app-api-training.js';
import {
  factsOf,
  sameHeldOut,
  scoreRows,
  settingRows,
  thresholdVerdict,
} from '../../../src-renderer/state/run-comparison.js';

const classScore = (name: string, iou: number) => ({
  ...{ value: 1, name, iou, dice: (2 * iou) / (1 + iou), precision: 1, recall: 1 },
});

function run(id: number, part: Partial<RunDetail> = {}): RunDetail {
  return {
    ...{ id, name: `run ${id}`, state: 'finished', phase: null, network: 'unet-quick' },
    ...{ settings: { lr: 0.004, batch: 8 }, changedSettings: {}, classes: [] },
    ...{
      createdAt: '2026-01-02T03:04:05Z',
      endedAt: null,
      sentence: null,
      bestScore: 0.5,
      scores: null,
      threshold: null,
    },
    ...{ trainedMinutes: 2, steps: 1200, device: null, startedFrom: null, usable: true, resumable: true },
    ...{ current: false, kept: false, passport: '', folder: '/models/run', passportText: null },
    curve: { steps: [], epochs: [] },
    images: [
      { id: 1, name: 'a', split: 'train', labelledPixels: 300, modelPixels: 75 },
      { id: 2, name: 'b', split: 'val', labelledPixels: 100, modelPixels: 0 },
    ],
    ...part,
  } as RunDetail;
}

const scored = (iou: number, names: string[]) =>
  ({
    ...{ meanIoU: iou, pixelAccuracy: iou + 0.1, loss: 1 - iou, meanDice: iou },
    classes: names.map((name) => classScore(name, iou)),
  }) as unknown as RunDetail['scores'];

test('scores stand side by side with the second less the first, also of a class that one does not know', () => {
  const rows = scoreRows([
    run(1, { scores: scored(0.5, ['cell']) }),
    run(2, { scores: scored(0.75, ['cell', 'ground']) }),
  ]);
  expect(rows[0]).toMatchObject({ values: [0.5, 0.75], difference: 0.25 });
  expect(rows.find(({ title }) => title === 'cell: IoU')).toMatchObject({
    values: [0.5, 0.75],
    difference: 0.25,
  });
  expect(rows.find(({ title }) => title === 'ground: IoU')).toMatchObject({
    values: [null, 0.75],
    difference: null,
  });
});

test('a run without scores shows the one it is chosen by, and one alone has no difference', () => {
  expect(scoreRows([run(1)])[0]).toMatchObject({ values: [0.5], difference: null });
});

test('of two runs the settings that differ are shown, of one those other than the defaults', () => {
  const second = run(2, { settings: { lr: 0.001, batch: 8, focus: 2 } });
  expect(settingRows([run(1), second])).toEqual([
    { name: 'focus', values: ['–', 2] },
    { name: 'lr', values: [0.004, 0.001] },
  ]);
  expect(settingRows([run(1, { changedSettings: { steps: 5, batch: 2 } })])).toEqual([
    { name: 'batch', values: [2] },
    { name: 'steps', values: [5] },
  ]);
});

test('it is said how much of what was learned came from a model', () => {
  const facts = new Map(factsOf(run(1)));
  expect(facts.get('Learned from')).toBe('300 labelled pixels, 25 % of them by a model and not confirmed');
  expect(facts.get('Images')).toBe('1 image to train on, 1 held out');
});

test('scores on other held-out images, or other labels of them, are told apart', () => {
  const other = { id: 2, name: 'b', split: 'val', labelledPixels: 101, modelPixels: 0 };
  expect(sameHeldOut([run(1), run(2)])).toBe(true);
  expect(sameHeldOut([run(1), run(2, { images: [other] })])).toBe(false);
});

test('a model that a threshold beats says so with both numbers', () => {
  const threshold = { bands: 3, channel: 1, images: 2, meanIoU: 0.8774, classes: [] };
  const beaten = run(1, { scores: scored(0.7612, ['cell']), threshold });
  expect(thresholdVerdict(beaten)).toEqual({
    better: true,
    sentence:
      'A threshold would have done better: multi-Otsu in 3 bands of channel 2 has mean IoU 0.877 and this model 0.761 on the same held-out images. Train longer or label more before you use it.',
  });
  const better = run(2, { scores: scored(0.91, ['cell']), threshold });
  expect(thresholdVerdict(better)?.better).toBe(false);
  expect(thresholdVerdict(run(3))).toBeNull();
  expect(scoreRows([better]).map(({ values }) => values[0])).toContain(0.8774);
});
