/** Files larger than the memory they may take, read in parts: a gigabyte of disk and a minute. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTiles } from '../../src-main/pixels/regions.js';
import { runPython } from '../python.js';

const SIDE = 20_000;
const STEP = 2000;
const MOST_BYTES = 400e6;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfield-test-'));
  await runPython(join(import.meta.dirname, '../python/huge_tiff.py'), [folder, String(SIDE)]);
}, 600_000);
afterAll(() => rm(folder, { recursive: true }));

it.each(['tiled.tif', 'strips.tif', 'plain.tif'])(
  '%s of 20,000 × 20,000 px of uint16 is read in 400 MB of memory',
  async (name) => {
    const tiles = await openTiles(join(folder, name));
    const before = process.memoryUsage().rss;
    let most = 0;
    for (let y = 0; y < SIDE; y += STEP)
      for (let x = 0; x < SIDE; x += STEP) {
        const { data } = await tiles.readRegion({ x, y, width: STEP, height: STEP });
        for (const [dx, dy] of [
          [0, 0],
          [STEP - 1, STEP - 1],
          [700, 1300],
        ] as const)
          expect(data[dy * STEP + dx]).toBe(((x + dx) * 3 + (y + dy) * 7) & 0xffff);
        most = Math.max(most, process.memoryUsage().rss - before);
      }
    await tiles.close();
    expect(most).toBeLessThan(MOST_BYTES);
  },
);
