import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { alikeImages, findLeaks, hashImages } from '../../src-main/core/leak-guard.js';
import { leakSentences } from '../../src-main/core/leak-sentences.js';
import { nearSets } from '../../src-main/core/leak-guard-sets.js';
import { splitProject } from '../../src-main/core/splits.js';
import { randomFor } from '../../src-main/shared/random.js';
import { listImages, setSplit } from '../../src-main/store/images.js';
import { temporaryProject, writePng } from './temporary-project.js';

/** A picture of ten soft spots, drawn from a seed; coordinates 0 … 1. */
function spots(seed: number) {
  const random = randomFor(seed);
  const all = Array.from({ length: 10 }, () => [random.next(), random.next(), random.next()] as const);
  return (x: number, y: number) =>
    all.reduce((sum, [cx, cy, a]) => sum + 90 * a * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 0.02), 20);
}

/** 20 different pictures, and the first again: brighter and smaller. */
async function projectWithLikeness() {
  const { project, folder } = temporaryProject();
  const images = join(folder, 'images');
  for (let n = 0; n < 20; n++) {
    const at = spots(n + 1);
    writePng(join(images, `${n}.png`), (x, y) => at(x / 96, y / 96), { width: 96, height: 96 });
  }
  const first = spots(1);
  writePng(join(images, 'again.png'), (x, y) => 1.2 * first(x / 64, y / 64) + 5, { width: 64, height: 64 });
  await importImages(project, { paths: [images] });
  const idOf = (name: string) => listImages(project.store).find((image) => image.name === name)!.id;
  return { project, pair: [idOf('0.png'), idOf('again.png')] };
}

describe('the leak guard', () => {
  test('finds a picture that was made brighter and smaller, and no other', async () => {
    const { project, pair } = await projectWithLikeness();
    expect(alikeImages(project)).toEqual([pair.toSorted((a, b) => a - b)]);
  });

  test('names what lies on both sides, and nothing once it is on one', async () => {
    const { project, pair } = await projectWithLikeness();
    await hashImages(project);
    setSplit(project.store, [pair[0]!], 'val');
    expect(findLeaks(project)).toEqual([{ kind: 'alike', images: ['again.png', '0.png'] }]);
    expect(leakSentences(findLeaks(project))[0]).toContain('(again.png, 0.png)');
    for (let seed = 0; seed < 10; seed++) {
      splitProject(project, { seed, alike: alikeImages(project) });
      expect(findLeaks(project)).toEqual([]);
    }
  });

  test('names a group that was torn apart', async () => {
    const { project, folder } = temporaryProject();
    for (const n of [1, 2]) writePng(join(folder, 'images', `m_${n}.png`), (x, y) => (x * n + y) % 256);
    await importImages(project, { paths: [join(folder, 'images')], groupBy: '^m' });
    setSplit(project.store, [1], 'test');
    expect(findLeaks(project)).toEqual([{ kind: 'group', images: ['m_2.png', 'm_1.png'] }]);
  });
});

describe('near hashes', () => {
  test('are all found: as many as comparing each with each finds', () => {
    const random = randomFor(3);
    const near = { coarseBits: 8, bits: 48 };
    const values = Array.from({ length: 300 }, () => Array.from({ length: 256 }, () => random.integer(2)));
    // Each of the first two hundred once more, with 0 … 11 coarse bits and 0 … 59 others turned over.
    for (let n = 0; n < 200; n++) {
      const copy = [...values[n]!];
      for (let bit = 0; bit < n % 12; bit++) copy[(bit * 7 + n) % 64]! ^= 1;
      for (let bit = 0; bit < (n * 7) % 60; bit++) copy[64 + ((bit * 5 + n) % 192)]! ^= 1;
      values.push(copy);
    }
    const hexOf = (bits: number[]) =>
      BigInt(`0b${bits.join('')}`)
        .toString(16)
        .padStart(64, '0');
    const differ = (n: number, to: number) =>
      values[n]!.slice(0, to).filter((bit, i) => bit !== values[300 + n]![i]).length;
    const expected = Array.from({ length: 200 }, (_, n) => n).filter(
      (n) => differ(n, 64) <= 8 && differ(n, 256) <= 48,
    );
    expect(nearSets(values.map(hexOf), near)).toEqual(expected.map((n) => [n, 300 + n]));
    expect(expected.length).toBeGreaterThan(50);
    expect(expected.length).toBeLessThan(150);
  });
});
