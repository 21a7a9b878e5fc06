import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import {
  regionsOf,
  scoresAtThresholds,
  segmentScores,
  thinBorders,
} from '../../src-main/measure/segment-scores.js';
import { randomFor } from '../../src-main/shared/random.js';
import { runPython } from '../python.js';

const SIDE = 96;
const SIZE = { width: SIDE, height: SIDE };

interface Judged {
  regions: [number, number];
  rand: number;
  info: number;
  skimage: [number, number];
  thinned_info: number;
  line_share: number;
}

/** Cells around random seeds with borders `width` px wide, as shares of being inside; some borders are open. */
function cells(seed: number, { width, noise }: { width: number; noise: number }): Float32Array {
  const random = randomFor(77);
  const seeds = Array.from({ length: 24 }, () => [random.uniform(0, SIDE), random.uniform(0, SIDE)] as const);
  const noisy = randomFor(78, seed);
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    const [near, next] = seeds.map(([a, b]) => Math.hypot(a - x, b - y)).toSorted((a, b) => a - b);
    const border = next! - near! < width && !(x > 40 && x < 52);
    return (border ? 0.2 : 0.8) + noise * noisy.uniform(-0.5, 0.5);
  });
}

test('scores of regions equal those of scikit-learn, and of scikit-image but for pairs of a pixel with itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'segments-'));
  try {
    const pictures = [
      { truth: cells(0, { width: 3, noise: 0 }), inside: cells(0, { width: 3, noise: 0 }) },
      { truth: cells(1, { width: 3, noise: 0 }), inside: cells(1, { width: 5, noise: 0.7 }) },
      { truth: cells(2, { width: 4, noise: 0 }), inside: cells(2, { width: 2, noise: 0.62 }) },
    ];
    for (const [n, { truth, inside }] of pictures.entries()) {
      await writeFile(join(folder, `inside-${n}.bin`), new Uint8Array(inside.buffer));
      await writeFile(
        join(folder, `truth-${n}.bin`),
        Uint8Array.from(truth, (value) => Number(value > 0.5)),
      );
    }
    const script = resolve(import.meta.dirname, '../python/segment_scores.py');
    const { stdout } = await runPython(script, [folder, String(SIDE)]);
    const judged = JSON.parse(stdout) as Judged[];
    for (const [n, { truth, inside }] of pictures.entries()) {
      const expected = judged[n]!;
      const [trueRegions, found] = [truth, inside].map((plane) =>
        regionsOf(
          plane.map((value) => Number(value > 0.5)),
          SIZE,
        ),
      ) as [Uint32Array, Uint32Array];
      expect([Math.max(...trueRegions), Math.max(...found)]).toEqual(expected.regions);
      const { rand, info } = segmentScores(trueRegions, found);
      expect(rand).toBeCloseTo(expected.rand, 9);
      expect(info).toBeCloseTo(expected.info, 9);
      expect(rand).toBeCloseTo(expected.skimage[0], 2);
      expect(info).toBeCloseTo(expected.skimage[1], 6);
      // Lines lie a pixel elsewhere, where two regions are as near.
      const thinned = thinBorders(found, SIZE);
      expect(segmentScores(trueRegions, thinned).info).toBeCloseTo(expected.thinned_info, 1);
      const share = thinned.reduce((sum, region) => sum + Number(region === 0), 0) / thinned.length;
      expect(Math.abs(share - expected.line_share)).toBeLessThan(0.03);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('thin lines part what was grown, regions stay themselves, and the width of borders costs nothing', () => {
  const truth = cells(0, { width: 2, noise: 0 });
  const regions = regionsOf(
    cells(0, { width: 6, noise: 0 }).map((value) => Number(value > 0.5)),
    SIZE,
  );
  const thinned = thinBorders(regions, SIZE);
  expect(regions.every((region, i) => region === 0 || thinned[i] === region)).toBe(true);
  for (let i = 0; i < thinned.length - 1; i++)
    if (thinned[i] && thinned[i + 1] && (i + 1) % SIDE) expect(thinned[i]).toBe(thinned[i + 1]);
  const inside = cells(0, { width: 6, noise: 0 });
  const trueRegions = regionsOf(
    truth.map((value) => Number(value > 0.5)),
    SIZE,
  );
  const [score] = scoresAtThresholds({ truth: trueRegions, inside, size: SIZE }, [0.5]);
  const thick = segmentScores(trueRegions, regions);
  expect(score!.rand).toBeGreaterThan(thick.rand);
  expect(score!.info).toBeGreaterThan(thick.info);
});

test('what fits is 1, one region for all is what it merges, and nothing found counts pixel by pixel', () => {
  const truth = Uint32Array.from([1, 1, 0, 2, 2]);
  expect(segmentScores(truth, Uint32Array.from([7, 7, 0, 3, 3]))).toEqual({ rand: 1, info: 1 });
  const merged = segmentScores(truth, Uint32Array.from([1, 1, 1, 1, 1]));
  expect(merged.rand).toBeCloseTo(16 / 24, 12);
  expect(merged.info).toBeCloseTo(0, 12);
  const nothing = segmentScores(truth, new Uint32Array(5));
  expect(nothing.rand).toBeCloseTo(8 / 12, 12);
  expect(nothing.info).toBeCloseTo(2 / 3, 12);
  expect(segmentScores(new Uint32Array(5), truth)).toEqual({ rand: 1, info: 1 });
  expect(Math.max(...thinBorders(new Uint32Array(9), { width: 3, height: 3 }))).toBe(0);
});
