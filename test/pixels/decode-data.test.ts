import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeImage, decodeLabelImage, readImageInfo } from '../../src-main/pixels/decode.js';
import type { PixelImage } from '../../src-main/shared/model.js';
import { runPython } from '../python.js';
import { describeWithData, sharedData } from '../shared-data.js';
import { hashOf, shapeOf } from './hashes.js';

interface Expected {
  pages: number;
  axes: string;
  shape: number[];
  dtype: string;
  sha256_le: string;
}

/** Channels first, as planar files are recorded. */
function toPlanar({ width, height, channels, data }: PixelImage) {
  const out = data.slice();
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < channels; c++) out[c * width * height + i] = data[i * channels + c]!;
  return { data: out };
}

describeWithData('decoding real files', () => {
  it('reads every page of the 35 files of the TIFF zoo exactly', async () => {
    const zoo = sharedData('interop', 'tiff_zoo');
    const expected = JSON.parse(await readFile(join(zoo, 'expected.json'), 'utf8')) as Record<
      string,
      Expected
    >;
    expect(Object.keys(expected)).toHaveLength(35);
    for (const [name, truth] of Object.entries(expected)) {
      const path = join(zoo, name);
      const info = await readImageInfo(path);
      const pages: PixelImage[] = [];
      for (let page = 0; page < info.pages; page++) pages.push(await decodeImage(path, { page }));
      const planes = /[SC]YX/.test(truth.axes) ? pages.map(toPlanar) : pages;
      // Channels that are stored as pages of their own are one picture.
      const stored = info.pages * (truth.axes.includes('CYX') ? info.channels : 1);
      expect([name, stored, info.type, hashOf(...planes)]).toEqual([
        name,
        truth.pages,
        truth.dtype,
        truth.sha256_le,
      ]);
    }
  });

  it('reads every PNG, JPEG, BMP and TIFF as Pillow and tifffile do', { timeout: 300_000 }, async () => {
    const files = (await readdir(sharedData(), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && /\.(png|jpe?g|bmp|tiff?)$/i.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(700);
    const list = join(await mkdtemp(join(tmpdir(), 'brushfield-test-')), 'list.txt');
    await writeFile(list, files.join('\n'));
    const { stdout } = await runPython(join(import.meta.dirname, '../python/pixel_hashes.py'), [list]);
    const truths = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as [string, number[], string, string]);
    expect(truths).toHaveLength(files.length);
    const different: string[] = [];
    for (const [path, shape, type, hash] of truths) {
      const image = await decodeImage(path);
      const info = await readImageInfo(path);
      const same =
        hashOf(image) === hash &&
        image.type === type &&
        String(shapeOf(image)) === String(shape) &&
        String(shapeOf({ ...info, data: image.data })) === String(shape);
      if (!same) different.push(`${path}: ${image.type} ${shapeOf(image)}, expected ${type} ${shape}`);
    }
    expect(different).toEqual([]);
  });

  it('keeps the numbers of palette masks', async () => {
    const folder = sharedData('interop', 'bubbliiiing_voc', 'SegmentationClass');
    const labels = await decodeLabelImage(join(folder, '1.png'));
    expect(labels.kind).toBe('index');
    expect(new Set(labels.data)).toEqual(new Set([0, 8]));
  });

  it('reads signed label images as label numbers', async () => {
    const labels = await decodeLabelImage(sharedData('interop', 'labkit', 'leaf_segmentation.tif'));
    expect(labels.kind).toBe('grey');
    expect(labels.data).toBeInstanceOf(Uint16Array);
  });

  it('refuses a colour photograph as labels with a sentence that names it', async () => {
    const photo = sharedData('camvid_example', 'images');
    const name = (await readdir(photo))[0]!;
    await expect(decodeLabelImage(join(photo, name))).rejects.toMatchObject({
      code: 'bad-labels',
      message: `${name} is a colour picture; labels must be grey values or palette indices, one number a class.`,
    });
  });
});
