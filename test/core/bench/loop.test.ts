/** The simulated correction of `bench loop`: real trainings of a few steps on made-up pictures. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runLoop, type LoopEvent, type LoopOptions } from '../../../src-main/core/bench/loop.js';
import { RANDOM_TILES, RANKINGS } from '../../../src-main/core/bench/loop-rankings.js';
import { suiteFolder } from '../../cli/suite-folder.js';
import { writePng } from '../temporary-project.js';

const SIZE = { width: 256, height: 160 };
/** Of a picture whose shorter side is 160 px. */
const TILE_PX = 32 * 32;
const folder = suiteFolder();

/** Eight pictures of dark stripes, and masks of them, laid out as the data set "membrane". */
function stripes(): string {
  const set = join(folder, 'membrane');
  for (let n = 0; n < 8; n++) {
    const dark = (x: number, y: number) => (x + 2 * y + 5 * n) % (17 + n) < 5;
    writePng(join(set, 'images', `${n}.png`), (x, y) => (dark(x, y) ? 60 : 180) + ((x * y) % 30), SIZE);
    writePng(join(set, 'labels', `${n}.png`), (x, y) => (dark(x, y) ? 0 : 255), SIZE);
  }
  mkdirSync(join(set, 'splits'));
  writeFileSync(join(set, 'splits', 'train.txt'), '0\n1\n2\n3\n4\n5\n');
  writeFileSync(join(set, 'splits', 'test.txt'), '6\n7\n');
  return folder;
}

describe('two people who correct the same model', () => {
  const rankings = [RANDOM_TILES, RANKINGS.find(({ name }) => name === 'entropy')!];
  const events: LoopEvent[] = [];
  let options: LoopOptions;

  beforeAll(async () => {
    options = {
      folder: stripes(),
      work: mkdtempSync(join(folder, 'work-')),
      ...{ data: 'membrane', rankings, seed: 3, rounds: 2, tiles: 2, steps: [3, 2], pool: 4, known: [] },
      set: { size: 32, batch: 2, reestimate: 2, threads: 1 },
    };
    await runLoop(options, { onEvent: (event) => events.push(event) });
  }, 300_000);

  const of = (ranking: string) => events.filter((event) => event.ranking === ranking);

  test('begin with the same strokes and the same scores', () => {
    const [random, entropy] = [of('random')[0]!, of('entropy')[0]!];
    expect(random).toEqual({ ...entropy, ranking: 'random' });
    const pixels = SIZE.width * SIZE.height;
    expect(random.labelledPixels / (2 * pixels)).toBeGreaterThanOrEqual(0.03);
    expect(random.labelledPixels / (2 * pixels)).toBeLessThan(0.045);
  });

  test.each(['random', 'entropy'])('are counted every pixel that they label, by %s tiles', (ranking) => {
    const [first, ...later] = of(ranking);
    expect(later.map(({ round }) => round)).toEqual([1, 2]);
    let before = first!.labelledPixels;
    for (const { labelledPixels, labelled } of later) {
      expect(labelled).toHaveLength(2);
      const whole = labelled.reduce((sum, { width, height }) => sum + width * height, 0);
      expect(whole).toBe(2 * TILE_PX);
      // What strokes had covered of a tile was counted before.
      expect(labelledPixels - before).toBeLessThanOrEqual(whole);
      expect(labelledPixels - before).toBeGreaterThan(whole - first!.labelledPixels);
      before = labelledPixels;
    }
  });

  test.each(['random', 'entropy'])('paint what the model had wrong, by %s tiles', (ranking) => {
    const [first, ...later] = of(ranking);
    expect(first!.paintedPixels).toBe(first!.labelledPixels);
    let before = first!;
    for (const point of later) {
      expect(point.paintedPixels!).toBeGreaterThan(before.paintedPixels!);
      // A model of a few steps is wrong in many places, and not in all.
      const labelled = point.labelledPixels - before.labelledPixels;
      expect(point.paintedPixels! - before.paintedPixels!).toBeLessThan(labelled);
      before = point;
    }
  });

  test.each(['random', 'entropy'])('label no tile twice, by %s tiles', (ranking) => {
    const places = of(ranking).flatMap(({ labelled }) =>
      labelled.map(({ name, x, y }) => `${name} ${x} ${y}`),
    );
    expect(places).toHaveLength(4);
    expect(new Set(places).size).toBe(4);
  });

  test('train anew from the same start, on the same tiles, and get another model', async () => {
    const others: LoopEvent[] = [];
    const anew = RANKINGS.filter(({ name }) => name === 'random, anew');
    await runLoop({ ...options, rankings: anew, rounds: 1 }, { onEvent: (event) => others.push(event) });
    expect(others[0]).toEqual({ ...of('random')[0]!, ranking: 'random, anew' });
    expect(others[1]!.labelled).toEqual(of('random')[1]!.labelled);
    expect(others[1]!.dice).not.toBe(of('random')[1]!.dice);
  }, 300_000);

  test('go on where they were broken off, from the same start', async () => {
    const again: LoopEvent[] = [];
    await runLoop({ ...options, rounds: 1, known: of('random') }, { onEvent: (event) => again.push(event) });
    expect(again.map(({ ranking }) => ranking)).toEqual(['entropy', 'entropy']);
    expect(again[0]).toEqual(of('entropy')[0]);
    const nothing: LoopEvent[] = [];
    await runLoop({ ...options, known: events }, { onEvent: (event) => nothing.push(event) });
    expect(nothing).toEqual([]);
  }, 300_000);
});
