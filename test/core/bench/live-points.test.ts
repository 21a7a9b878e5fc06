import { expect, test } from 'vitest';
import {
  LIVE_HEADER,
  liveLineOf,
  livePointsIn,
  liveSummariesOf,
  type LivePoint,
} from '../../../src-main/core/bench/live-points.js';

const point = (program: LivePoint['program'], seed: number, score: number): LivePoint => ({
  ...{ data: 'membrane', strokes: 10, labelledPixels: 800, seconds: 2 },
  ...{ program, seed, score },
});
const points = [
  point('ours', 1, 0.7),
  point('forest', 1, 0.6),
  point('ours', 2, 0.8),
  point('forest', 2, 0.6),
  point('ours', 3, 0.1),
];

test('points come back from their file, of one measured twice the later, of a cut-off line nothing', () => {
  const text = LIVE_HEADER + [point('ours', 1, 0.5), ...points].map(liveLineOf).join('');
  expect(livePointsIn(text)).toEqual(points);
  expect(livePointsIn(text.slice(0, -3))).toEqual(points.slice(0, -1));
});

test('a summary compares seeds that both programs have', () => {
  const [summary, ...others] = liveSummariesOf(points);
  expect(others).toEqual([]);
  expect(summary!.seeds).toBe(2);
  expect(summary!.score.ours.mean).toBeCloseTo(0.75, 10);
  expect(summary!.gain.mean).toBeCloseTo(0.15, 10);
  expect([summary!.gain.low, summary!.gain.high].map((value) => value.toFixed(2))).toEqual(['0.10', '0.20']);
});
