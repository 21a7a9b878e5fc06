/** Pixels for a window: from memory, from a file of tiles, within a budget, and dropped when nobody waits. */
import { existsSync, readdirSync, rmSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pixelTileUrl, thumbnailUrl } from '../../../src-main/shared/app-urls.js';
import { CacheFolder } from '../../../src-main/core/app/cache-folder.js';
import { temporaryFolder } from '../../store/temporary-store.js';
import { writePng } from '../temporary-project.js';
import { flatTile, temporaryApp } from './windows.js';

const SIZE = { width: 1030, height: 600 };

async function pictured(options: Parameters<typeof temporaryApp>[0] = {}, count = 1) {
  const app = temporaryApp(options);
  const window = app.openWindow();
  const state = await window.api.createProject({ folder: join(app.folder, 'p'), classes: ['a'] });
  for (let n = 0; n < count; n++)
    writePng(join(app.folder, 'images', `${n}.png`), (x, y) => (x + 3 * y + n) % 256, SIZE);
  const { ids } = await window.api.addImages({ paths: [join(app.folder, 'images')] });
  const tile = async (id: number, level: number, ty: number, tx: number) => {
    const [row] = await window.api.imageRows({ ids: [id] });
    return app.service.pixels(pixelTileUrl(state.session, row!, { level, ty, tx }));
  };
  return { app, window, state, ids, tile };
}

test('a plane too large for memory becomes a file in the cache that a new session uses', async () => {
  const options = { planes: { largestInMemory: 1000 } };
  const { app, window, state, ids, tile } = await pictured(options);
  const [id] = ids as [number];
  const image = await window.api.openImage({ id });
  expect(image).toMatchObject({ levels: 3 });
  const corner = await tile(id, 0, 1, 2);
  expect(corner.bytes).toEqual(
    Uint8Array.from({ length: 6 * 88 }, (_, i) => (1024 + (i % 6) + 3 * (512 + Math.floor(i / 6))) % 256),
  );
  const cache = join(state.folder, 'cache', 'pixels');
  expect(readdirSync(cache)).toHaveLength(1);

  await window.api.closeProject({});
  rmSync(join(app.folder, 'images'), { recursive: true });
  const again = temporaryApp(options).openWindow();
  const { session } = await again.api.openProject({ folder: state.folder });
  expect(session).not.toBe(state.session);
  const opened = await again.api.openImage({ id });
  expect(opened.file.state).toBe('missing');
  expect(opened.display).toEqual(image.display);
});

test('a cached file that was cut off is made anew', async () => {
  const options = { planes: { largestInMemory: 1000 } };
  const { window, state, ids } = await pictured(options);
  const image = await window.api.openImage({ id: ids[0]! });
  const cache = join(state.folder, 'cache', 'pixels');
  truncateSync(join(cache, readdirSync(cache)[0]!), 5000);
  const again = temporaryApp(options).openWindow();
  await again.api.openProject({ folder: state.folder });
  expect((await again.api.openImage({ id: ids[0]! })).display).toEqual(image.display);
});

test('with room for one plane only, all images can still be looked at in turn', async () => {
  const { window, ids, tile } = await pictured({ planes: { memoryBytes: 1 } }, 4);
  for (const [n, id] of [...ids, ...ids].entries()) {
    await window.api.openImage({ id });
    expect((await tile(id, 0, 0, 0)).bytes[0]).toBe(n % 4);
  }
});

test('a request that is dropped is answered as dropped, and others for the same image go on', async () => {
  const { app, window, state, ids } = await pictured({}, 2);
  const [row] = await window.api.imageRows({ ids: [ids[0]!] });
  const url = pixelTileUrl(state.session, row!, { level: 0, ty: 0, tx: 0 });
  const stop = new AbortController();
  const dropped = app.service.pixels(url, stop.signal);
  const kept = app.service.pixels(url);
  stop.abort();
  expect((await dropped).status).toBe(499);
  expect((await kept).status).toBe(200);
  const left = app.service.pixels(
    pixelTileUrl(state.session, (await window.api.imageRows({ ids: [ids[1]!] }))[0]!, {
      level: 0,
      ty: 0,
      tx: 0,
    }),
  );
  await window.api.openImage({ id: ids[0]! });
  expect([200, 499]).toContain((await left).status);
});

test('thumbnails are kept by content, and the labelled one follows the labels', async () => {
  const { app, window, state, ids } = await pictured();
  const [imageId] = ids as [number];
  const [before] = await window.api.imageRows({ ids });
  const plain = await app.service.pixels(thumbnailUrl(state.session, before!, true));
  expect(plain).toMatchObject({ status: 200, type: 'image/png' });
  expect(readdirSync(join(state.folder, 'cache', 'thumbnails'))).toHaveLength(1);
  const tiles = [flatTile(1, { width: 512, height: 512 })];
  await window.api.saveEdit({ imageId, title: 'Fill', author: 'person', baseVersion: 0, tiles });
  const [after] = await window.api.imageRows({ ids });
  expect(after!.thumbnailKey).not.toBe(before!.thumbnailKey);
  const labelled = await app.service.pixels(thumbnailUrl(state.session, after!, true));
  expect(Buffer.compare(labelled.bytes, plain.bytes)).not.toBe(0);
  rmSync(join(app.folder, 'images'), { recursive: true });
  const unlabelled = await app.service.pixels(thumbnailUrl(state.session, after!, false));
  expect(Buffer.compare(unlabelled.bytes, plain.bytes)).toBe(0);
  rmSync(join(state.folder, 'cache'), { recursive: true });
  expect((await app.service.pixels(thumbnailUrl(state.session, after!, false))).status).toBe(404);
});

test("another session's secret, or one that was closed, opens nothing", async () => {
  const { app, window, state, ids } = await pictured();
  const [row] = await window.api.imageRows({ ids });
  await window.api.closeProject({});
  expect((await app.service.pixels(thumbnailUrl(state.session, row!, false))).status).toBe(404);
  expect((await app.service.pixels(thumbnailUrl('x'.repeat(24), row!, false))).status).toBe(404);
});

test('a cache folder keeps to its budget, what was used last longest', async () => {
  const folder = join(temporaryFolder(), 'cache');
  const cache = new CacheFolder({ folder, budgetBytes: 3000 });
  await cache.keep('old', new Uint8Array(1500));
  await cache.settled();
  utimesSync(join(folder, 'old'), 1, 1);
  await cache.keep('new', new Uint8Array(2000));
  cache.grown(1);
  await cache.settled();
  expect(existsSync(join(folder, 'old'))).toBe(false);
  expect(await cache.read('new')).toHaveLength(2000);
});

test('paging through large images faster than they can be read leaves each of them readable', async () => {
  const { window, state, ids, tile } = await pictured({ planes: { largestInMemory: 1000 } }, 4);
  const stop = new AbortController();
  const hurried = ids.map((id) => window.api.openImage({ id }, { signal: stop.signal }).catch(() => null));
  stop.abort();
  for (const id of ids) await window.api.openImage({ id });
  await Promise.all(hurried);
  for (const [n, id] of ids.entries()) expect((await tile(id, 0, 0, 0)).bytes[0]).toBe(n);
  expect(
    readdirSync(join(state.folder, 'cache', 'pixels')).filter((name) => name.endsWith('.tiles')),
  ).toHaveLength(4);
});
