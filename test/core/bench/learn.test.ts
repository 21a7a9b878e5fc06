import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  parseBudgets,
  parseLabels,
  parseMethods,
  parsePart,
} from '../../../src-main/core/bench/learn-plan.js';
import type { LearnPoint } from '../../../src-main/core/bench/learn-points.js';
import { learnProject } from '../../../src-main/core/bench/learn-project.js';
import { findLearnSets } from '../../../src-main/core/bench/learn-sets.js';
import { benchLearn } from '../../../src-main/core/bench/learn.js';
import { randomFor } from '../../../src-main/shared/random.js';
import { listImages } from '../../../src-main/store/images.js';
import { labelCounts } from '../../../src-main/store/masks.js';
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
    part: parsePart('test'),
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
      ...{ part: parsePart(part), labels: parseLabels(labels)[0]! },
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
