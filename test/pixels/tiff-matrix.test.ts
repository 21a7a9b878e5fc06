import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage, decodeLabelImage, readImageInfo } from '../../src-main/pixels/decode.js';
import { runPython } from '../python.js';
import { hashOf } from './hashes.js';

let folder: string;
let expected: Record<string, [number[], string, string]>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfield-test-'));
  await runPython(join(import.meta.dirname, '../python/tiff_matrix.py'), [folder]);
  expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as typeof expected;
}, 120_000);

describe('TIFF files of every claimed combination', () => {
  it('are read exactly: byte order × strips and tiles × compression × predictor × type × planar', async () => {
    expect(Object.keys(expected).length).toBeGreaterThan(700);
    const different: string[] = [];
    for (const [name, [shape, type, hash]] of Object.entries(expected)) {
      const path = join(folder, name);
      const { pages } = await readImageInfo(path);
      // Stacks are recorded by their last page.
      const image = await decodeImage(path, { page: pages - 1 });
      if (
        image.height !== shape[0] ||
        image.width !== shape[1] ||
        image.type !== type ||
        hashOf(image) !== hash
      )
        different.push(name);
    }
    expect(different).toEqual([]);
  });

  it('that are out of the claim are refused by the feature’s name', async () => {
    const refused = JSON.parse(await readFile(join(folder, 'refused.json'), 'utf8')) as Record<
      string,
      string
    >;
    expect(Object.keys(refused).length).toBeGreaterThan(3);
    for (const [name, feature] of Object.entries(refused))
      await expect(decodeImage(join(folder, name)), name).rejects.toMatchObject({
        code: 'unsupported-image',
        message: expect.stringMatching(new RegExp(`^${name} uses .*${feature}`)) as string,
      });
  });

  it('tell the pixel size in micrometres, and no print setting', async () => {
    const sizes: Record<string, number | null> = {};
    for (const name of ['imagej.tif', 'sizes.ome.tif', 'centimetre.tif', 'print.tif', 'bilevel-None.tif'])
      sizes[name] = (await readImageInfo(join(folder, name))).pixelSizeUm;
    expect(sizes).toEqual({
      'imagej.tif': 0.25,
      'sizes.ome.tif': 0.325,
      'centimetre.tif': 0.5,
      'print.tif': null,
      'bilevel-None.tif': null,
    });
  });

  it('count their pages, and refuse a page they do not have', async () => {
    expect((await readImageInfo(join(folder, 'imagej-one-directory.tif'))).pages).toBe(3);
    expect((await readImageInfo(join(folder, 'sizes.ome.tif'))).pages).toBe(3);
    await expect(decodeImage(join(folder, 'imagej.tif'), { page: 3 })).rejects.toMatchObject({
      code: 'unreadable-image',
      message: 'imagej.tif cannot be read: it has no page 4 of 3.',
    });
  });

  it('flag alpha', async () => {
    expect(await decodeImage(join(folder, 'rgba.tif'))).toMatchObject({ channels: 4, alpha: true });
    expect(await readImageInfo(join(folder, 'rgba.tif'))).toMatchObject({ channels: 4, alpha: true });
  });

  it('give labels of one bit as 0 and 255', async () => {
    const labels = await decodeLabelImage(join(folder, 'bilevel-deflate.tif'));
    expect(new Set(labels.data)).toEqual(new Set([0, 255]));
  });
});
