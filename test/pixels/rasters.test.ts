import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage, readImageInfo } from '../../src-main/pixels/decode.js';
import { runPython } from '../python.js';
import { hashOf, shapeOf } from './hashes.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfield-test-'));
  await runPython(join(import.meta.dirname, '../python/rasters.py'), [folder]);
}, 120_000);

describe('PNG, JPEG, BMP, GIF and WebP', () => {
  it('are read as Pillow reads them: all eight orientations, first frames, packed and 16-bit BMP', async () => {
    const expected = JSON.parse(await readFile(join(folder, 'rasters.json'), 'utf8')) as Record<
      string,
      [number[], string, string]
    >;
    expect(Object.keys(expected).length).toBeGreaterThan(30);
    for (const [name, [shape, type, hash]] of Object.entries(expected)) {
      const path = join(folder, name);
      const image = await decodeImage(path);
      const info = await readImageInfo(path);
      expect([name, shapeOf(image), image.type, hashOf(image)]).toEqual([name, shape, type, hash]);
      expect([name, info.width, info.height, info.channels, info.alpha]).toEqual([
        name,
        image.width,
        image.height,
        image.channels,
        image.alpha,
      ]);
    }
  });

  it('are read anew when a file was replaced under the same name', async () => {
    const path = join(folder, 'replaced.webp');
    await writeFile(path, await readFile(join(folder, 'lossless.webp')));
    expect((await decodeImage(path)).channels).toBe(3);
    await writeFile(path, await readFile(join(folder, 'alpha.webp')));
    expect((await decodeImage(path)).channels).toBe(4);
  });

  it('that are cut off are refused', async () => {
    for (const name of ['lossless.webp', 'still.gif', 'colour-1.jpg', 'rle8.bmp', 'rgb.bmp']) {
      const whole = await readFile(join(folder, name));
      const path = join(folder, `cut-${name}`);
      await writeFile(path, whole.subarray(0, Math.floor(whole.length * 0.6)));
      await expect(decodeImage(path), name).rejects.toMatchObject({ code: 'unreadable-image' });
    }
  });
});
