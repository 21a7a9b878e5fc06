import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePicture, makeTextures } from '../../scripts/make-textures.mjs';
import { findLearnSets } from '../../src-main/core/bench/learn-sets.js';
import { decodeImage, decodeLabelImage } from '../../src-main/pixels/decode.js';

test('the synthetic set is the same from one seed, another from the next, and one that bench learn takes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'textures-'));
  try {
    const names = await makeTextures(folder);
    const [set] = await findLearnSets(folder);
    expect(set).toMatchObject({ map: '1=ground,2=body,3=thread', metric: 'mean IoU' });
    const listed = await Promise.all(
      ['train', 'test'].map(async (part) => readFile(join(folder, 'splits', `${part}.txt`), 'utf8')),
    );
    expect(listed.map((text) => text.trim().split('\n').length)).toEqual([24, 12]);
    expect(await readdir(join(folder, 'labels'))).toHaveLength(36);
    // The last of all depends on nothing that was drawn before it.
    const last = makePicture([4, 1, 11]);
    const { data } = await decodeImage(join(folder, 'images', `${names.at(-1)}.png`));
    expect(Buffer.from(data as Uint8Array).equals(last.levels)).toBe(true);
    const labels = await decodeLabelImage(join(folder, 'labels', `${names.at(-1)}.png`));
    expect(Buffer.from(labels.data).equals(last.labels)).toBe(true);
    expect(Buffer.from(makePicture([5, 1, 11]).levels).equals(last.levels)).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('each picture has all classes, and brightness does not tell ground from bodies', () => {
  for (let n = 0; n < 4; n++) {
    const { levels, labels, width, height } = makePicture([4, 0, n]);
    expect(labels).toHaveLength(width * height);
    const [count, sum, squares] = [new Float64Array(4), new Float64Array(4), new Float64Array(4)];
    labels.forEach((value, i) => {
      count[value]!++;
      sum[value]! += levels[i]!;
      squares[value]! += levels[i]! ** 2;
    });
    expect(count[0]).toBe(0);
    for (const value of [1, 2, 3]) expect(count[value]! / labels.length).toBeGreaterThan(0.005);
    const mean = (value: number) => sum[value]! / count[value]!;
    const spread = Math.sqrt(squares[1]! / count[1]! - mean(1) ** 2);
    expect(Math.abs(mean(2) - mean(1))).toBeLessThan(spread / 2);
  }
});
