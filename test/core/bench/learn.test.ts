import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import {
  parseBudgets,
  parseLabels,
  parseMethods,
  parseParts,
} from '../../../src-main/core/bench/learn-plan.js';
import { figuresOf, type LearnPoint } from '../../../src-main/core/bench/learn-points.js';
import { borderScores } from '../../../src-main/core/bench/learn-borders.js';
import { learnProject, unetMedicalFold } from '../../../src-main/core/bench/learn-project.js';
import { findLearnSets } from '../../../src-main/core/bench/learn-sets.js';
import { benchLearn } from '../../../src-main/core/bench/learn.js';
import { randomFor } from '../../../src-main/shared/random.js';
import { listImages } from '../../../src-main/store/images.js';
import { labelCounts } from '../../../src-main/store/masks.js';
import type { EngineApi } from '../../../src-main/shared/engine-api.js';
import { runPython } from '../../python.js';
import { temporaryFolder } from '../../store/temporary-store.js';
import { writePng } from '../temporary-project.js';

const SIDE = 48;

/** A folder of discs on noise with label values 10 and 200, eight to train on and four to score. */
function discs(): string {
  const folder = join(temporaryFolder(), 'discs');
  mkdirSync(join(folder, 'splits'), { recursive: true });
  const size = { width: SIDE, height: SIDE };
  for (let n = 0; n < 12; n++) {
    const random = randomFor(23, n);
    const [cx, cy, radius] = [random.uniform(16, 32), random.uniform(16, 32), random.uniform(8, 14)];
    const inside = (x: number, y: number) => Math.hypot(x - cx, y - cy) < radius;
    writePng(
      join(folder, 'images', `${n}.png`),
      (x, y) => (inside(x, y) ? 150 : 60) + random.integer(60),
      size,
    );
    writePng(join(folder, 'labels', `${n}.png`), (x, y) => (inside(x, y) ? 200 : 10), size);
  }
  const list = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => String(from + i)).join('\n');
  writeFileSync(join(folder, 'splits', 'train.txt'), list(0, 8));
  writeFileSync(join(folder, 'splits', 'test.txt'), list(8, 12));
  return folder;
}

test('a folder that nobody knows is learned by networks, thresholds and a forest, each point once', async () => {
  const sets = await findLearnSets(discs());
  expect(sets.map(({ name, map, metric }) => ({ name, map, metric }))).toEqual([
    { name: 'discs', map: '10=class 10,200=class 200', metric: 'mean IoU' },
  ]);
  const options = {
    sets,
    labels: parseLabels('2@20'),
    methods: parseMethods('unet-quick:size=32+batch=2+reestimate=4,otsu,forest'),
    budgets: parseBudgets('4steps'),
    parts: parseParts('test'),
    seeds: [1],
    engine: { device: 'cpu', threads: 1 } as const,
  };
  const points: LearnPoint[] = [];
  const onEvent = (event: { kind: string; point?: LearnPoint }) => event.point && points.push(event.point);
  await benchLearn({ ...options, known: [] }, { onEvent });
  expect(points.map(({ method, budget, steps }) => [method.split(':')[0], budget, steps])).toEqual([
    ['unet-quick', '4steps', 4],
    ['otsu', 'none', 0],
    ['forest', 'none', 0],
  ]);
  for (const { images, classes } of points) {
    expect(images.map(({ name }) => Number.parseInt(name)).sort()).toEqual([10, 11, 8, 9]);
    const names = classes.slice(0, -1).map(({ name }) => name);
    expect(
      figuresOf(
        images.map(({ confusion }) => confusion),
        names,
      ),
    ).toEqual(classes);
  }
  const scores = points.map(({ classes }) => classes.at(-1)!.iou);
  for (const { value, low, high } of scores) {
    expect(low).toBeLessThanOrEqual(value);
    expect(high).toBeGreaterThanOrEqual(value);
  }
  // Discs and ground do not overlap in intensity but for a third of their noise.
  expect(scores[1]!.value).toBeGreaterThan(0.9);
  expect(scores[2]!.value).toBeGreaterThan(0.9);
  await benchLearn({ ...options, known: points }, { onEvent });
  expect(points).toHaveLength(3);
});

test('what is scored has no part in the training, and few labels stay few', async () => {
  const [set] = await findLearnSets(discs());
  const divided = async (part: string, labels: string) => {
    const project = await learnProject(set!, {
      ...{ scratch: temporaryFolder(), seed: 3, signal: undefined },
      ...{ part: parseParts(part)[0]!, labels: parseLabels(labels)[0]! },
    });
    try {
      const counts = labelCounts(project.store);
      const labelled = (id: number) => (counts.get(id) ?? []).reduce((sum, n, v) => (v ? sum + n : sum), 0);
      const rows = listImages(project.store).map(({ id, name, split }) => ({
        ...{ n: Number.parseInt(name), split, share: labelled(id) / SIDE ** 2 },
      }));
      const of = (wanted: string) =>
        rows.filter(({ split, share }) => split === wanted && share > 0).map(({ n }) => n);
      return { train: of('train').sort((a, b) => a - b), test: of('test').sort((a, b) => a - b), rows };
    } finally {
      project.close();
    }
  };
  expect(await divided('validation', 'all')).toMatchObject({ train: [0, 1, 2, 3, 4, 5], test: [6, 7] });
  expect(await divided('fold:2/3', 'all')).toMatchObject({
    ...{ train: [0, 1, 2, 3, 8, 9, 10, 11], test: [4, 5, 6, 7] },
  });
  expect(await divided('interleaved:1/4', 'all')).toMatchObject({ test: [0, 4, 8] });
  const few = await divided('test', '2@5');
  expect(few.train).toEqual([1, 5]);
  for (const n of few.train) expect(few.rows.find((row) => row.n === n)!.share).toBeCloseTo(0.05, 1);
  expect(few.test).toEqual([8, 9, 10, 11]);
});

test('the folds of UNet_Medical are those that its program draws', async () => {
  const script = resolve(import.meta.dirname, '../../python/unet_medical_folds.py');
  const folds = JSON.parse((await runPython(script, [])).stdout) as number[][];
  for (const [k, expected] of folds.entries())
    expect([...unetMedicalFold(k + 1)].sort((a, b) => a - b)).toEqual(expected);
  const [set] = await findLearnSets(discs());
  const options = { scratch: temporaryFolder(), seed: 1, signal: undefined, labels: parseLabels('all')[0]! };
  await expect(learnProject(set!, { ...options, part: parseParts('unet-medical:1/5')[0]! })).rejects.toThrow(
    'there are 12',
  );
});

test('a class that parts regions is scored by them, on held-out images, at nine thresholds', async () => {
  const folder = discs();
  writeFileSync(join(folder, 'classes.txt'), '10=border,200=disc\n');
  const [set] = await findLearnSets(folder);
  expect(set!.border).toBe('border');
  const project = await learnProject(set!, {
    ...{ scratch: temporaryFolder(), seed: 1, signal: undefined },
    ...{ labels: parseLabels('all')[0]!, part: parseParts('test')[0]! },
  });
  try {
    // Bright pixels are of discs, and a threshold above .9 finds none of them.
    const predict: EngineApi['predict'] = ({ image }) => {
      const probabilities = Float32Array.from({ length: image.width * image.height * 2 }, (_, i) => {
        const disc = image.data[(i >> 1) * image.channels]! > 122 ? 0.85 : 0.15;
        return i % 2 ? disc : 1 - disc;
      });
      return Promise.resolve({ probabilities } as Awaited<ReturnType<EngineApi['predict']>>);
    };
    const found = await borderScores(project, { api: { predict }, model: '', border: 'border' });
    expect([...found.keys()].sort()).toEqual(['10.png', '11.png', '8.png', '9.png']);
    for (const { rand, info } of found.values()) {
      expect([rand.length, info.length]).toEqual([9, 9]);
      // One disc an image: everything is in it, or every pixel is alone.
      expect(rand[4]).toBeGreaterThan(0.95);
      expect(rand[8]).toBeLessThan(0.01);
    }
  } finally {
    project.close();
  }
});
