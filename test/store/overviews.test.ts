import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutTile, decodeRuns, pasteTile, tileAt, tilesOf } from '../../src-main/shared/mask.js';
import type { LabelMap } from '../../src-main/shared/model.js';
import { randomFor } from '../../src-main/shared/random.js';
import { addClass } from '../../src-main/store/classes.js';
import { saveTiles, undo } from '../../src-main/store/edits.js';
import { addImage } from '../../src-main/store/images.js';
import { saveMask } from '../../src-main/store/masks.js';
import type { Store } from '../../src-main/store/open.js';
import { loadTiles, maskOverview, overviewLevels, type LoadedTiles } from '../../src-main/store/overviews.js';
import { packTile } from '../../src-main/store/tile-runs.js';
import { someImage, temporaryStore } from './temporary-store.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;
const ALL = { ty0: 0, ty1: 40, tx0: 0, tx1: 40 };

/** Blobs and specks of three classes on void. */
function someMap(width: number, height: number, seed: number): LabelMap {
  const random = randomFor(seed, width, height);
  const data = new Uint8Array(width * height);
  for (let n = 0; n < 60; n++) {
    const [x, y, side] = [random.integer(width), random.integer(height), 1 + random.integer(n % 3 ? 4 : 300)];
    const value = random.integer(4);
    for (let row = y; row < Math.min(height, y + side); row++)
      data.fill(value, row * width + x, row * width + Math.min(width, x + side));
  }
  return { width, height, data };
}

/** The rule, pixel by pixel. */
function halved({ width, height, data }: LabelMap): LabelMap {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const half = new Uint8Array(w * h);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const counts = new Map<number, number>();
      for (const [dx, dy] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        if (2 * x + dx >= width || 2 * y + dy >= height) continue;
        const value = data[(2 * y + dy) * width + 2 * x + dx]!;
        if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      half[y * w + x] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 0;
    }
  return { width: w, height: h, data: half };
}

function mapOf({ tiles }: LoadedTiles, width: number, height: number): LabelMap {
  const map: LabelMap = { width, height, data: new Uint8Array(width * height) };
  for (const { ty, tx, bytes } of tiles) {
    const rect = tileAt(width, height, ty, tx);
    pasteTile(map, rect, decodeRuns(inflateRawSync(bytes), rect.width * rect.height));
  }
  return map;
}

function labelled(width: number, height: number, seed = 1) {
  const store = temporaryStore();
  for (const name of ['a', 'b', 'c']) addClass(store, name);
  const id = addImage(store, someImage('a.png', { width, height }));
  const map = someMap(width, height, seed);
  saveMask(store, id, map);
  return { store, id, map };
}

const kept = (store: Store) => store.sql<{ n: number }>('select count(*) as n from overview_tile').get()!.n;

describe('stored tiles', () => {
  test('are loaded by range, as they are', () => {
    const { store, id, map } = labelled(1600, 1100);
    expect(mapOf(loadTiles(store, id, ALL), 1600, 1100)).toEqual(map);
    const some = loadTiles(store, id, { ty0: 1, ty1: 2, tx0: 0, tx1: 0 });
    expect(some.version).toBe(1);
    expect(some.tiles.every(({ ty, tx }) => ty >= 1 && tx === 0)).toBe(true);
  });

  test('of an unlabelled image are none; ranges without sense are refused', () => {
    const store = temporaryStore();
    const id = addImage(store, someImage('a.png'));
    expect(loadTiles(store, id, ALL)).toEqual({ version: 0, tiles: [] });
    expect(() => loadTiles(store, id, { ...ALL, tx1: 1e9 })).toThrow(withCode('usage'));
    expect(() => loadTiles(store, id, { ...ALL, ty0: 0.5 })).toThrow(withCode('usage'));
  });
});

describe('an overview', () => {
  test('has as many levels as it takes to fit in a tile', () => {
    expect([1, 512, 513, 1024, 4096, 16384].map((side) => overviewLevels(side, 1))).toEqual([
      1, 1, 2, 2, 4, 6,
    ]);
  });

  test('is the most frequent class of every four pixels, void only where all are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 513, max: 1300 }),
        fc.integer({ min: 1, max: 1100 }),
        fc.integer({ min: 1, max: 99 }),
        async (width, height, seed) => {
          const { store, id, map } = labelled(width, height, seed);
          let expected = map;
          for (let level = 1; level < overviewLevels(width, height); level++) {
            expected = halved(expected);
            const made = mapOf(await maskOverview(store, id, level, ALL), expected.width, expected.height);
            expect(Buffer.compare(made.data, expected.data)).toBe(0);
          }
          store.close();
        },
      ),
      { numRuns: 6 },
    );
  });

  test('is kept, and made again only above tiles that changed', async () => {
    const { store, id, map } = labelled(2100, 1600);
    const before = await maskOverview(store, id, 2, ALL);
    expect(kept(store)).toBeGreaterThan(2);
    expect(await maskOverview(store, id, 2, ALL)).toEqual(before);
    const all = kept(store);
    map.data.fill(3, 0, 200);
    const [rect] = tilesOf(2100, 1600);
    saveTiles(store, {
      imageId: id,
      title: 'Line',
      author: 'person',
      tiles: [{ ty: 0, tx: 0, bytes: packTile(cutTile(map, rect!)) }],
    });
    expect(kept(store)).toBe(all - 2);
    const size = halved(halved(map));
    const now = await maskOverview(store, id, 2, ALL);
    expect(mapOf(now, size.width, size.height)).toEqual(size);
    expect(kept(store)).toBe(all);
    undo(store, id);
    expect((await maskOverview(store, id, 2, ALL)).tiles).toEqual(before.tiles);
  });

  test('is refused beyond the last level, and says when tiles are damaged', async () => {
    const { store, id } = labelled(1300, 600);
    await expect(maskOverview(store, id, 9, ALL)).rejects.toThrow(withCode('usage'));
    store.sql(`update tile set bytes = x'00'`).run();
    await expect(maskOverview(store, id, 1, ALL)).rejects.toThrow(withCode('bad-project'));
  });
});
