import { expect, test } from 'vitest';
import { decideSampling } from '../../src-main/engine/sampling-decision.js';
import { fewLabels } from '../../src-main/shared/sampling-rules.js';
import { resolveSettings } from '../../src-main/shared/settings-values.js';

/** 100 × 100 px with so many of each label value. */
const labelled = (...pixels: number[]) => ({
  width: 100,
  height: 100,
  pixelsByValue: [10_000 - pixels.reduce((sum, n) => sum + n, 0), ...pixels],
});
const input = { channels: 'grey', count: 1, intensity: 'z-score' } as const;

test('few labels are those of less than half of the pixels of all images', () => {
  expect(fewLabels([labelled(5000), labelled(4900)])).toBe(true);
  expect(fewLabels([labelled(9000), labelled(1000)])).toBe(false);
});

test('what is left to the program follows from the labels, and what is set stays', () => {
  const of = (set: Record<string, number | string>, ...pixels: number[]) =>
    decideSampling(resolveSettings(set), { train: [labelled(...pixels)], input });
  expect(of({}, 9900, 100)).toMatchObject({
    augment: { rotation: 0, gainJitter: 0, offsetJitter: 0 },
    focus: { labelled: false },
  });
  expect(of({}, 300, 30)).toMatchObject({
    augment: { rotation: 180, gainJitter: 0.15, offsetJitter: 0.15 },
    focus: { labelled: true },
  });
  expect(of({ cropAt: 'anywhere', rotation: 20 }, 300, 2)).toMatchObject({
    augment: { rotation: 20 },
    focus: { labelled: false },
  });
});
