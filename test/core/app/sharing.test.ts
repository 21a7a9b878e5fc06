/** Several windows and programs on one project: one writes, the others hear of it. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writePng } from '../temporary-project.js';
import { forkCore, openWindow } from './forked-core.js';
import { flatTile, temporaryApp, withPictures } from './windows.js';

test('the second window reads, hears of changes, and may take over', async () => {
  const app = temporaryApp();
  const { window: first, ids, folder } = await withPictures(app, 1);
  const second = app.openWindow();
  const state = await second.api.openProject({ folder });
  expect(state).toMatchObject({ access: 'read', canTakeOver: true });
  expect(state.readOnlyReason).toContain('Brushfield');
  const [imageId] = ids as [number];
  await second.api.openImage({ id: imageId });
  const edit = { imageId, title: 'Brush', author: 'person' as const };
  await expect(second.api.saveEdit({ ...edit, baseVersion: 0, tiles: [flatTile(1)] })).rejects.toMatchObject({
    code: 'exists',
  });
  await first.api.saveEdit({ ...edit, baseVersion: 0, tiles: [flatTile(1)] });
  expect(await second.next('mask')).toEqual({ kind: 'mask', imageId, version: 1 });
  expect(await second.next('images')).toEqual({ kind: 'images', ids: [imageId] });
  expect((await second.next('project')).state.counts.byStatus.labelled).toBe(1);

  expect(await second.api.openProject({ folder, takeOver: true })).toMatchObject({ access: 'write' });
  expect((await first.next('access-lost')).sentence).toContain('taken over');
  await expect(first.api.saveEdit({ ...edit, baseVersion: 1, tiles: [flatTile(2)] })).rejects.toMatchObject({
    code: 'exists',
  });
  await second.api.saveEdit({ ...edit, baseVersion: 1, tiles: [flatTile(2)] });
});

test('closing a project ends what is under way in it, and nothing of that is half there', async () => {
  const app = temporaryApp();
  const { window, folder } = await withPictures(app, 1);
  for (let n = 0; n < 30; n++) writePng(join(app.folder, 'more', `m${n}.png`), (x, y) => x + y + n);
  let begun: () => void = () => undefined;
  const underWay = new Promise<void>((resolve) => (begun = resolve));
  const added = window.api.addImages({ paths: [join(app.folder, 'more')] }, { onEvent: () => begun() });
  added.catch(() => undefined);
  await underWay;
  await window.api.closeProject({});
  await expect(added).rejects.toMatchObject({ code: 'stopped' });
  expect((await window.api.openProject({ folder })).counts.images).toBe(1);
});

test('a window that reads hears of what another program writes', async () => {
  const app = temporaryApp();
  const { window, ids, folder } = await withPictures(app, 1);
  await window.api.closeProject({});
  const writer = openWindow(forkCore(join(app.folder, 'other')));
  expect(await writer.api.openProject({ folder })).toMatchObject({ access: 'write' });
  expect(await window.api.openProject({ folder })).toMatchObject({ access: 'read', canTakeOver: true });
  const [imageId] = ids as [number];
  await window.api.openImage({ id: imageId });
  await writer.api.saveEdit({
    imageId,
    title: 'Brush',
    author: 'person',
    baseVersion: 0,
    tiles: [flatTile(1)],
  });
  expect(await window.next('mask')).toEqual({ kind: 'mask', imageId, version: 1 });
  expect(await window.next('images')).toEqual({ kind: 'images', ids: null });
});
