import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../src-main/pixels/decode.js';
import { openTiles } from '../../src-main/pixels/regions.js';
import type { PixelImage } from '../../src-main/shared/model.js';
import { runPython } from '../python.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfield-test-'));
  await runPython(join(import.meta.dirname, '../python/regions.py'), [folder]);
}, 120_000);

/** The part of a whole picture, pixel by pixel. */
function partOf(whole: PixelImage, [x, y, width, height]: [number, number, number, number]) {
  const samples: number[] = [];
  for (let row = y; row < y + height; row++)
    for (let at = x * whole.channels; at < (x + width) * whole.channels; at++)
      samples.push(whole.data[row * whole.width * whole.channels + at]!);
  return samples;
}

describe('a region of an image', () => {
  it('is what the whole has there: strips and tiles, every packing, planar and chunky, channels apart', async () => {
    const names = (await readdir(folder)).sort();
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) {
      const path = join(folder, name);
      const whole = await decodeImage(path);
      const tiles = await openTiles(path);
      expect([tiles.info.width, tiles.info.height, tiles.info.channels]).toEqual([
        whole.width,
        whole.height,
        whole.channels,
      ]);
      const fractions = fc.tuple(fc.nat(999), fc.nat(999), fc.nat(999), fc.nat(999));
      await fc.assert(
        fc.asyncProperty(fractions, async ([a, b, c, d]) => {
          const x = Math.floor((a / 1000) * whole.width);
          const y = Math.floor((b / 1000) * whole.height);
          const width = 1 + Math.floor((c / 1000) * (whole.width - x));
          const height = 1 + Math.floor((d / 1000) * (whole.height - y));
          const part = await tiles.readRegion({ x, y, width, height });
          expect([name, part.width, part.height, part.type]).toEqual([name, width, height, whole.type]);
          expect(Array.from(part.data)).toEqual(partOf(whole, [x, y, width, height]));
        }),
        { numRuns: 25 },
      );
      await tiles.close();
    }
  });

  it('outside the image is refused', async () => {
    const tiles = await openTiles(join(folder, 'tiled-None.tif'));
    await expect(tiles.readRegion({ x: 190, y: 0, width: 100, height: 1 })).rejects.toMatchObject({
      code: 'usage',
    });
    await tiles.close();
  });
});
