/** Figures of `bench loop` on curves whose answers are known. */
import { expect, test } from 'vitest';
import { loopPlot } from '../../../src-main/core/bench/loop-plot.js';
import { LOOP_HEADER, lineOf, pointsIn, type LoopPoint } from '../../../src-main/core/bench/loop-points.js';
import { summariesOf } from '../../../src-main/core/bench/loop-summary.js';

const curve = (
  ranking: string,
  seed: number,
  dice: number[],
  pixels = (round: number) => 100 * (round + 1),
) =>
  dice.map((value, round): LoopPoint => ({
    ...{ data: 'nuclei', ranking, seed, round, dice: value },
    labelledPixels: pixels(round),
    paintedPixels: pixels(round) / 4,
  }));

test('a user who needs half the pixels from nothing saves half of them', () => {
  const points = [1, 2, 3].flatMap((seed) => [
    ...curve('random', seed, [0.5, 0.6, 0.7], (round) => 400 * round),
    ...curve('entropy', seed, [0.5, 0.6, 0.7], (round) => 200 * round),
  ]);
  const [random, entropy] = summariesOf(points, 2);
  expect(random).toMatchObject({ ranking: 'random', seeds: 3, saving: null });
  expect(entropy!.saving!.mean).toBeCloseTo(0.5, 10);
  expect(entropy!.saving!.low).toBeCloseTo(0.5, 10);
  // From 0 to 400 pixels: random rises from .5 to .6, the other from .5 to .7.
  expect(entropy!.area.mean).toBeCloseTo(0.6, 10);
  expect(entropy!.gain.mean).toBeCloseTo(0.05, 10);
});

test('equal curves save nothing, and a curve that goes down for a round is counted where it first came', () => {
  const dice = [0.5, 0.8, 0.7, 0.9];
  const [, same] = summariesOf([...curve('random', 1, dice), ...curve('entropy', 1, dice)], 3);
  expect(same!.saving).toEqual({ mean: 0, low: 0, high: 0 });
  expect(same!.gain.mean).toBe(0);
});

test('a worse ranking has a negative saving, one that never rises has none', () => {
  const random = curve('random', 1, [0.5, 0.7, 0.9]);
  const worse = summariesOf([...random, ...curve('entropy', 1, [0.5, 0.6, 0.7])], 2)[1]!;
  expect(worse.saving!.mean).toBeLessThan(0);
  expect(worse.gain.mean).toBeLessThan(0);
  expect(summariesOf([...random, ...curve('entropy', 1, [0.5, 0.4, 0.3])], 2)[1]!.saving).toBeNull();
});

test('seeds that were broken off are left out', () => {
  const points = [1, 2].flatMap((seed) => [
    ...curve('random', seed, [0.5, 0.6, 0.7]),
    ...curve('entropy', seed, seed === 1 ? [0.5, 0.6, 0.7] : [0.5, 0.6]),
  ]);
  expect(summariesOf(points, 1).map(({ seeds, curve: { length } }) => [seeds, length])).toEqual([
    [2, 2],
    [2, 2],
  ]);
  expect(summariesOf(points, 2).map(({ ranking, seeds }) => [ranking, seeds])).toEqual([
    ['random', 2],
    ['entropy', 1],
  ]);
});

test('points come back from their file, the later of two, without a line that was cut off', () => {
  const [first, second] = curve('expected error', 2, [0.5, 0.625]);
  const again = { ...first!, dice: 0.75 };
  const text = LOOP_HEADER + [first!, second!, again].map(lineOf).join('') + lineOf(second!).slice(0, -4);
  expect(pointsIn(text)).toEqual([again, second]);
  expect(pointsIn('')).toEqual([]);
});

test('lines of a version that did not count what was painted are read, and compared by what they have', () => {
  const points = [...curve('random', 1, [0.5, 0.7]), ...curve('entropy', 1, [0.5, 0.7], (r) => 100 + 40 * r)];
  const old = points.map((point) => lineOf(point).replace(/,\d+\n$/, '\n'));
  expect(old[1]).toBe('"nuclei","random",1,1,200,0.7\n');
  const read = pointsIn(['data,ranking,seed,round,labelled pixels,Dice\n', ...old].join(''));
  expect(read).toEqual(points.map((point) => ({ ...point, paintedPixels: null })));
  expect(pointsIn(LOOP_HEADER + read.map(lineOf).join(''))).toEqual(read);
  const [, before] = summariesOf(read, 1);
  const [, now] = summariesOf(points, 1);
  expect([before!.paintedSaving, before!.saving]).toEqual([null, now!.saving]);
  expect(now!.paintedSaving!.mean).toBeCloseTo(now!.saving!.mean, 10);
});

test('the picture has a line a ranking and stays within its frame', () => {
  const svg = loopPlot(
    summariesOf(
      [
        ...curve('random', 1, [0.5, 0.6, 0.7]),
        ...curve('random', 2, [0.5, 0.65, 0.7]),
        ...curve('entropy', 1, [0.5, 0.65, 0.8]),
        ...curve('entropy', 2, [0.5, 0.7, 0.8]),
      ],
      2,
    ),
  );
  expect(svg).toContain('>entropy</text>');
  expect(svg.match(/fill="none"/g)).toHaveLength(2);
  const numbers = [...svg.matchAll(/c[xy]="([^"]+)"/g)].map(([, value]) => Number(value));
  expect(numbers).toHaveLength(12);
  expect(numbers.every((value) => value >= 0 && value <= 720)).toBe(true);
});
