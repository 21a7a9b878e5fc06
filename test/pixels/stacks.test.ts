import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeImage, decodeLabelImage, readImageInfo } from '../../src-main/pixels/decode.js';
import { runPython } from '../python.js';
import { hashOf } from './hashes.js';

interface Stack {
  sizeT: number;
  sizeZ: number;
  channels: number;
  names: string[] | null;
  x: number | null;
  z: number | null;
  pages: string[];
}

it('stacks of ImageJ and OME-TIFF are pages of (z, t) with their channels, names and sizes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'brushfield-test-'));
  await runPython(join(import.meta.dirname, '../python/stacks.py'), [folder]);
  const stacks = JSON.parse(await readFile(join(folder, 'stacks.json'), 'utf8')) as Record<string, Stack>;
  expect(Object.keys(stacks).length).toBeGreaterThan(10);
  for (const [name, stack] of Object.entries(stacks)) {
    const path = join(folder, name);
    const info = await readImageInfo(path);
    const read: Stack = {
      sizeT: info.sizeT!,
      sizeZ: info.sizeZ!,
      channels: info.channels,
      names: info.channelNames ?? null,
      x: info.pixelSizeUm,
      z: info.pixelSizeZUm ?? null,
      pages: [],
    };
    if (read.z !== null) read.z = Number(read.z.toFixed(6));
    for (let page = 0; page < info.pages; page++) read.pages.push(hashOf(await decodeImage(path, { page })));
    expect([name, read]).toEqual([name, stack]);
  }
  await expect(decodeImage(join(folder, 'imagej-le.tif'), { page: 6 })).rejects.toMatchObject({
    code: 'unreadable-image',
    message: 'imagej-le.tif cannot be read: it has no page 7 of 6.',
  });
  await expect(decodeLabelImage(join(folder, 'imagej-le.tif'))).rejects.toMatchObject({ code: 'bad-labels' });
});
