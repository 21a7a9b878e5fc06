import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  BORDER_THRESHOLDS,
  IMAGES_HEADER,
  imageLinesIn,
  imageLinesOf,
  imagesOf,
  type ScoredImage,
} from '../../../src-main/core/bench/learn-images.js';
import { MARKS, writeIntoPage, writeTables } from '../../../src-main/core/bench/learn-markdown.js';
import { figuresOf, NO_BUDGET, type LearnPoint } from '../../../src-main/core/bench/learn-points.js';
import { learnSummariesOf } from '../../../src-main/core/bench/learn-summary.js';
import { randomFor } from '../../../src-main/shared/random.js';
import { temporaryFolder } from '../../store/temporary-store.js';

/** Ten images of 1000 px, of which `wrong` ± a third are wrong. */
function scored(wrong: number, { seed = 1, from = 0 } = {}): ScoredImage[] {
  return Array.from({ length: 10 }, (_, i) => {
    const random = randomFor(5, i + from, seed);
    const [a, b] = [1, 2].map(() => Math.round((wrong / 2) * random.uniform(0.7, 1.3))) as [number, number];
    const level = BORDER_THRESHOLDS.map(
      (threshold) => 0.9 - Math.abs(threshold - 0.7) + random.uniform(0, 0.01),
    );
    return {
      name: `${i + from}.png`,
      confusion: [
        [200 - a, a],
        [b, 800 - b],
      ],
      ...{ softMacroDice: 1 - wrong / 1000, rand: level, info: level },
    };
  });
}

function point(method: string, images: ScoredImage[], given: Partial<LearnPoint> = {}): LearnPoint {
  const names = ['membrane', 'cell'];
  return {
    ...{ data: 'membrane', labels: 'all', part: 'test', method, seed: 1 },
    ...{ budget: method === 'forest' ? NO_BUDGET : '1min', steps: 9, seconds: 60, msPerMegapixel: 100 },
    ...{ softMacroDice: method === 'forest' ? NaN : 0.9, images },
    classes: figuresOf(
      images.map(({ confusion }) => confusion),
      names,
    ),
    ...given,
  };
}

const rows = (points: LearnPoint[]) => new Map(learnSummariesOf(points).map((one) => [one.method, one]));

describe('summaries of bench learn', () => {
  test('are means over seeds, with intervals over images and the gain over the best classical method', () => {
    const points = [
      point('otsu', scored(200), { budget: NO_BUDGET }),
      point('forest', scored(120)),
      ...[1, 2, 3].map((seed) => point('unet-quick', scored(60 + seed, { seed }), { seed })),
    ];
    const quick = rows(points).get('unet-quick')!;
    const dice = points.slice(2).map(({ classes }) => classes[0]!.dice.value);
    expect(quick.bySeed).toEqual(dice);
    expect(quick.score.mean).toBeCloseTo((dice[0]! + dice[1]! + dice[2]!) / 3, 12);
    expect(quick.score.low).toBeLessThan(quick.score.mean);
    expect(quick.score.high).toBeGreaterThan(quick.score.mean);
    const forest = rows(points).get('forest')!;
    expect(quick.gain).toMatchObject({ over: 'forest' });
    expect(quick.gain!.mean).toBeCloseTo(quick.score.mean - forest.score.mean, 12);
    expect(quick.gain!.low).toBeGreaterThan(0);
    expect(forest.gain).toBeNull();
    expect(quick.rand!.threshold).toBe(0.7);
    expect(quick.rand!.best.mean).toBeGreaterThan(quick.rand!.atHalf + 0.15);
  });

  test('take folds of one cross-validation together, and only those', () => {
    const folds = [1, 2, 3].map((k) =>
      point('unet-quick', scored(20 * k, { from: 10 * k }), { part: `fold:${k}/3` }),
    );
    const [fold, other] = learnSummariesOf([...folds, point('unet-quick', scored(60))]);
    expect(fold).toMatchObject({ part: 'fold/3', folds: 3, seeds: 1 });
    expect(fold!.softMacroDice!.mean).toBeCloseTo(1 - 0.04, 12);
    // 30 images: pooled pixels of all.
    const all = folds.flatMap(({ images }) => images.map(({ confusion }) => confusion));
    expect(fold!.score.mean).toBeCloseTo(figuresOf(all, ['membrane', 'cell'])[0]!.dice.value, 12);
    expect(other).toMatchObject({ part: 'test', folds: 1 });
  });

  test('make do with the points where images were not kept', () => {
    const without = [1, 2].map((seed) => point('unet-quick', scored(60, { seed }), { seed, images: [] }));
    const [quick] = learnSummariesOf([...without, point('forest', scored(120))]);
    expect(quick!.score.low).toBeCloseTo(
      (without[0]!.classes[0]!.dice.low + without[1]!.classes[0]!.dice.low) / 2,
      12,
    );
    expect(quick).toMatchObject({ gain: null, rand: null, softMacroDice: { mean: 0.9, low: 0.9 } });
  });
});

test('lines of images come back, the later of two, and none that was cut off', () => {
  const own = point('a "b", c', scored(50), { seed: 3 });
  const lines = imageLinesOf(own, own.images);
  const again = imageLinesOf(own, [{ ...own.images[1]!, softMacroDice: 0.5, rand: [], info: [] }]);
  const found = imageLinesIn(IMAGES_HEADER + lines + again + lines.slice(0, 40));
  expect(found).toHaveLength(10);
  const back = imagesOf(found, own);
  expect(back[0]!.confusion).toEqual(own.images[0]!.confusion);
  expect(back[1]).toMatchObject({ softMacroDice: 0.5, rand: [] });
  expect(back[2]!.rand[4]).toBeCloseTo(own.images[2]!.rand[4]!, 4);
  expect(imagesOf(found, { ...own, seed: 4 })).toEqual([]);
});

test('tables and plots are written beside points and between the marks of a page, and nowhere else', async () => {
  const folder = temporaryFolder();
  const points = [
    point('forest', scored(120)),
    ...['1min', '4min'].map((budget) => point('unet-quick', scored(60), { budget })),
    point('unet-quick', scored(60), { labels: '3@2' }),
  ];
  const summaries = learnSummariesOf(points);
  const markdown = await writeTables(summaries, folder);
  expect(markdown.match(/^\|---/gm)).toHaveLength(2);
  expect(markdown).toContain('| unet-quick | 4min | 1 | 9 | .');
  for (const file of ['learn-membrane-all.svg', 'learn-membrane-3-2.svg'])
    expect(readFileSync(join(folder, file), 'utf8')).toMatch(/^<svg [^]*unet-quick[^]*<\/svg>\n$/);
  const page = join(folder, 'page.md');
  writeFileSync(page, 'before\n');
  await expect(writeIntoPage(summaries, page)).rejects.toThrow('needs the lines');
  expect(readFileSync(page, 'utf8')).toBe('before\n');
  mkdirSync(join(folder, 'images'));
  writeFileSync(page, `before\n\n${MARKS[0]}\nold\n${MARKS[1]}\n\nafter\n`);
  for (let turn = 0; turn < 2; turn++) await writeIntoPage(summaries, page);
  const text = readFileSync(page, 'utf8');
  expect(text).toMatch(/^before\n\n<!-- [^]*images\/learn-membrane-all\.svg[^]* -->\n\nafter\n$/);
  expect(text).not.toContain('old');
  expect(readFileSync(join(folder, 'images', 'learn-membrane-all.svg'), 'utf8')).toContain('4');
});
