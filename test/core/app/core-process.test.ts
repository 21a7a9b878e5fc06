/** The real core process: calls, pixels and uploads across process IPC; killed, it loses nothing that was answered. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pixelTileUrl, thumbnailUrl, uploadUrl } from '../../../src-main/shared/app-urls.js';
import { temporaryFolder } from '../../store/temporary-store.js';
import { writePng } from '../temporary-project.js';
import { forkCore, openWindow } from './forked-core.js';

async function* parts(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const jsonOf = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as Record<string, string>;
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();

test('a window opens a project, fetches tiles and thumbnails, and uploads a file', async () => {
  const folder = temporaryFolder();
  const core = forkCore(folder);
  const { api } = openWindow(core);
  const picture = writePng(join(folder, 'cell.png'), (x, y) => (x * 7 + y) % 256, {
    width: 700,
    height: 520,
  });
  const { session, folder: project } = await api.createProject({ folder: join(folder, 'p'), classes: ['a'] });
  const { ids } = await api.addImages({ paths: [picture] });
  const image = await api.openImage({ id: ids[0]! });

  const tile = await core.pixels(pixelTileUrl(session, image, { level: 0, ty: 1, tx: 1 }));
  expect(tile).toMatchObject({ status: 200, type: 'application/octet-stream' });
  expect([...tile.bytes]).toEqual(
    Array.from({ length: 188 * 8 }, (_, i) => ((512 + (i % 188)) * 7 + 512 + Math.floor(i / 188)) % 256),
  );
  const png = await core.pixels(thumbnailUrl(session, image, true));
  expect(png).toMatchObject({ status: 200, type: 'image/png' });
  expect(textOf(png.bytes.subarray(1, 4))).toBe('PNG');

  expect(
    (await core.pixels(pixelTileUrl('not-this-session', image, { level: 0, ty: 0, tx: 0 }))).status,
  ).toBe(404);
  expect((await core.pixels(pixelTileUrl(session, image, { level: 9, ty: 0, tx: 0 }))).status).toBe(404);
  expect((await core.pixels('/pixels/../../etc/passwd')).status).toBe(404);

  const bytes = readFileSync(picture);
  const sent = await core.upload(uploadUrl(session, 'new ä.png'), parts(bytes, 1000));
  const kept = jsonOf(sent.bytes)['path']!;
  expect(kept).toBe(join(project, 'images', 'new ä.png'));
  expect(createHash('sha256').update(readFileSync(kept)).digest('hex')).toBe(
    createHash('sha256').update(bytes).digest('hex'),
  );
  const twin = await core.upload(uploadUrl(session, 'new ä.png'), parts(bytes, 1 << 20));
  expect(jsonOf(twin.bytes)['path']).toBe(join(project, 'images', 'new ä (2).png'));
  await core.stop();
  expect(existsSync(join(project, 'lock.json'))).toBe(false);
});

test.each([
  '../evil.png',
  '..\\evil.png',
  '/etc/evil.png',
  'C:evil.png',
  '.hidden.png',
  'aux.png',
  'evil.png\0.sh',
  'evil.sh',
  'evil.png ',
  'x'.repeat(300) + '.png',
])('an upload named %j is refused and leaves nothing', async (name) => {
  const folder = temporaryFolder();
  const core = forkCore(folder);
  const { api } = openWindow(core);
  const { session, folder: project } = await api.createProject({ folder: join(folder, 'p') });
  const answer = await core.upload(uploadUrl(session, name), parts(new Uint8Array(3_000_000), 100_000));
  expect(answer.status).toBe(400);
  expect(jsonOf(answer.bytes)['sentence']).toBeTruthy();
  const images = join(project, 'images');
  expect(existsSync(images) ? readdirSync(images) : []).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['documents', 'p.brushfield', 'user']);
  const strange = await core.upload(`/upload/${session}/%2e%2e%2fevil.png`, parts(new Uint8Array(10), 5));
  expect(strange.status).toBe(400);
  expect((await core.upload(uploadUrl('nobody', 'a.png'), parts(new Uint8Array(10), 5))).status).toBe(404);
});

test('an upload that breaks off leaves nothing', async () => {
  const folder = temporaryFolder();
  const core = forkCore(folder);
  const { api } = openWindow(core);
  const { session, folder: project } = await api.createProject({ folder: join(folder, 'p') });
  async function* broken() {
    yield new Uint8Array(1000);
    throw new Error('the page was closed');
  }
  expect((await core.upload(uploadUrl(session, 'a.png'), broken())).status).toBe(499);
  expect(readdirSync(join(project, 'images'))).toEqual([]);
});

test('when the core is killed, its windows learn it and a new one goes on', async () => {
  const folder = temporaryFolder();
  const core = forkCore(folder);
  const { api } = openWindow(core);
  const state = await api.createProject({ folder: join(folder, 'p'), classes: ['a'] });
  const events = api.events({});
  process.kill(core.pid!, 'SIGKILL');
  await expect(events).rejects.toMatchObject({ code: 'stopped' });
  await expect(events).rejects.toThrow('SIGKILL');
  expect(core.alive()).toBe(false);
  expect((await core.pixels('/thumbnail/a/1/b/0')).status).toBe(503);
  await expect(api.appInfo({})).rejects.toMatchObject({ code: 'stopped' });

  const next = openWindow(forkCore(folder));
  expect(await next.api.openProject({ folder: state.folder })).toMatchObject({ access: 'write', name: 'p' });
});
