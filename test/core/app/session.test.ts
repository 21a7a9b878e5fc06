/** A window's calls on real projects, over a real MessageChannel. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXPORT_FORMATS } from '../../../src-main/shared/app-api.js';
import { unpackIds } from '../../../src-main/shared/packed-ids.js';
import { writePng } from '../temporary-project.js';
import { flatTile, temporaryApp, valuesOf, withPictures } from './windows.js';

test('from nothing to labels that are there after closing and opening again', async () => {
  const app = temporaryApp();
  const { window, ids, folder } = await withPictures(app);
  expect(ids).toHaveLength(2);
  const image = await window.api.openImage({ id: ids[0]! });
  expect(image).toMatchObject({
    width: 20,
    height: 10,
    levels: 1,
    maskVersion: 0,
    status: 'empty',
    pages: [ids[0]],
  });
  expect(image.display).toHaveLength(1);
  expect(image.file.state).toBe('present');
  const saved = await window.api.saveEdit({
    imageId: ids[0]!,
    title: 'Brush',
    author: 'person',
    baseVersion: image.maskVersion,
    tiles: [flatTile(2)],
  });
  expect(saved).toMatchObject({
    version: 1,
    labelledPixels: 200,
    status: 'labelled',
    history: { undo: 'Brush', redo: null },
  });
  await window.api.closeProject({});
  const again = await window.api.openProject({ folder });
  expect(again).toMatchObject({
    name: 'cells',
    access: 'write',
    counts: { images: 2, byStatus: { labelled: 1, empty: 1 } },
  });
  const range = { ty0: 0, ty1: 0, tx0: 0, tx1: 0 };
  const { version, tiles } = await window.api.loadTiles({ imageId: ids[0]!, level: 0, range });
  expect(version).toBe(1);
  expect(valuesOf(tiles[0])).toEqual(Array(200).fill(2));
});

test('undo and redo answer with the tiles, also after the project was closed', async () => {
  const app = temporaryApp();
  const { window, ids, folder } = await withPictures(app, 1);
  const [imageId] = ids as [number];
  const edit = { imageId, author: 'person' as const };
  await window.api.saveEdit({ ...edit, title: 'One', baseVersion: 0, tiles: [flatTile(1)] });
  await window.api.saveEdit({ ...edit, title: 'Two', baseVersion: 1, tiles: [flatTile(2)] });
  await window.api.closeProject({});
  await window.api.openProject({ folder });
  const undone = await window.api.undo({ imageId });
  expect(undone).toMatchObject({ title: 'Two', history: { undo: 'One', redo: 'Two' } });
  expect(valuesOf(undone!.tiles[0])).toEqual(Array(200).fill(1));
  expect(await window.api.undo({ imageId })).toMatchObject({ labelledPixels: 0, status: 'empty' });
  expect(await window.api.undo({ imageId })).toBeNull();
  await window.api.redo({ imageId });
  expect((await window.api.redo({ imageId }))!.labelledPixels).toBe(200);
});

test('an edit on labels that have changed is refused, and so is a tile of another size', async () => {
  const { window, ids } = await withPictures(temporaryApp(), 1);
  const edit = { imageId: ids[0]!, title: 'Brush', author: 'person' as const };
  await window.api.saveEdit({ ...edit, baseVersion: 0, tiles: [flatTile(1)] });
  await expect(window.api.saveEdit({ ...edit, baseVersion: 0, tiles: [flatTile(2)] })).rejects.toMatchObject({
    code: 'changed',
  });
  const bomb = flatTile(1, { width: 512, height: 512 });
  await expect(window.api.saveEdit({ ...edit, baseVersion: 1, tiles: [bomb] })).rejects.toMatchObject({
    code: 'bad-labels',
  });
  await expect(
    window.api.saveEdit({
      ...edit,
      baseVersion: 1,
      tiles: [{ ty: 0, tx: 0, bytes: Uint8Array.of(1, 2, 3) }],
    }),
  ).rejects.toMatchObject({ code: 'bad-labels' });
  expect((await window.api.openImage({ id: ids[0]! })).maskVersion).toBe(1);
});

test('splits, groups, notes, classes and removed images are undone step by step', async () => {
  const { window, ids } = await withPictures(temporaryApp(), 4);
  const { api } = window;
  await api.setSplit({ ids: ids.slice(0, 1), split: 'test' });
  await api.setGroup({ ids: ids.slice(0, 2), group: 'plate 1' });
  await api.setNote({ id: ids[0]!, note: 'odd', acquisition: '63×' });
  await api.markDone({ ids: ids.slice(2), done: true });
  await api.addClass({ name: 'c', color: '#123456' });
  await api.orderClasses({ values: [3, 1, 2] });
  await api.changeClass({ value: 1, name: 'first' });
  await api.splitImages({ val: 0.25, test: 0.25, seed: 3 });
  const removed = await api.removeImages({ ids: [ids[3]!] });
  expect(removed.counts.images).toBe(3);
  expect(removed.classes.map(({ name }) => name)).toEqual(['first', 'a', 'b']);
  const titles: string[] = [];
  for (let state = removed; state.history.undo !== null; state = await api.undoProject({}))
    titles.push(state.history.undo);
  expect(titles).toEqual([
    'Remove 3.png',
    'Split images',
    'Change class "c"',
    'Reorder classes',
    'Add class "c"',
    'Mark as done',
    'Change note of 0.png',
    'Change group',
    'Change split',
  ]);
  const rows = await api.imageRows({ ids: unpackIds(await api.imageIds({ filter: {}, order: 'name' })) });
  expect(rows.map(({ split, group, note, status }) => ({ split, group, note, status }))).toEqual(
    ['0.png', '1.png', '2.png', '3.png'].map((group) => ({ split: null, group, note: '', status: 'empty' })),
  );
  const redone = await api.redoProject({});
  expect(redone.history.undo).toBe('Change split');
});

test('removing a class gives its pixels away and reaches the labels', async () => {
  const { window, ids } = await withPictures(temporaryApp(), 1);
  const [imageId] = ids as [number];
  await window.api.saveEdit({
    imageId,
    title: 'Brush',
    author: 'person',
    baseVersion: 0,
    tiles: [flatTile(1)],
  });
  const state = await window.api.removeClass({ value: 1, replaceBy: 2 });
  expect(state.classes).toMatchObject([{ value: 1, name: 'b' }]);
  const range = { ty0: 0, ty1: 0, tx0: 0, tx1: 0 };
  expect(valuesOf((await window.api.loadTiles({ imageId, level: 0, range })).tiles[0])).toEqual(
    Array(200).fill(1),
  );
  expect((await window.api.undoProject({})).classes.map(({ name }) => name)).toEqual(['a', 'b']);
});

test('markup in names comes back as it was given', async () => {
  const app = temporaryApp();
  const window = app.openWindow();
  const className = '<script>alert(1)</script>';
  const state = await window.api.createProject({ folder: join(app.folder, 'x'), classes: [className] });
  expect(state.classes[0]!.name).toBe(className);
  const name = '"><img src=x onerror=alert(1)>.png';
  writePng(join(app.folder, name), (x) => x);
  const { ids } = await window.api.addImages({ paths: [join(app.folder, name)] });
  expect((await window.api.imageRows({ ids }))[0]!.name).toBe(name);
  await window.api.setNote({ id: ids[0]!, note: '<b>', acquisition: '&amp;' });
  expect(await window.api.openImage({ id: ids[0]! })).toMatchObject({
    name,
    note: '<b>',
    acquisition: '&amp;',
  });
});

test('a file that is missing is told with its labels still there, and found again in another folder', async () => {
  const app = temporaryApp();
  const { window, ids } = await withPictures(app, 1);
  const [id] = ids as [number];
  const path = join(app.folder, 'images', '0.png');
  const away = join(app.folder, 'far', 'away', 'deep', 'er', 'still', 'x.png');
  writePng(away, () => 0);
  renameSync(path, away);
  const opened = await window.api.openImage({ id });
  expect(opened.file.state).toBe('missing');
  expect(opened.file.sentence).toContain('missing');
  expect(await window.api.relinkFolder({ folder: join(app.folder, 'far') })).toEqual({
    found: 1,
    missing: 0,
  });
  expect((await window.api.openImage({ id })).file).toMatchObject({ path: away, sentence: null });
});

test('the sample project is made under a free name with its training labels', async () => {
  const app = temporaryApp();
  const window = app.openWindow();
  const first = await window.api.openSample({});
  expect(first.counts).toMatchObject({ images: 12, byStatus: { labelled: 12 }, bySplit: { train: 12 } });
  expect(first.classes.map(({ name }) => name)).toEqual(['background', 'nucleus']);
  const second = await window.api.openSample({});
  expect(second.folder).not.toBe(first.folder);
  const recent = await window.api.recentProjects({});
  expect(recent.map(({ folder }) => folder)).toEqual([second.folder, first.folder]);
  expect(await window.api.forgetRecent({ folder: first.folder })).toHaveLength(1);
});

test('a damaged preferences file is kept aside, and unknown keys are kept', async () => {
  const app = temporaryApp();
  const { api } = app.openWindow();
  await api.setPreferences({ theme: 'dark' });
  const file = join(app.userFolder, 'preferences.json');
  writeFileSync(file, '{"theme":"dark","future":[1],"keys":"odd"}');
  await api.setPreferences({ window: { list: 300 } });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    theme: 'dark',
    future: [1],
    keys: {},
    window: { list: 300 },
  });
  writeFileSync(file, '{"theme":');
  expect(await api.preferences({})).toEqual({ theme: 'system', keys: {}, window: {} });
  await api.setPreferences({ theme: 'light' });
  expect(readFileSync(`${file}.damaged`, 'utf8')).toBe('{"theme":');
});

test('folders are listed for a window without dialogs, projects by themselves', async () => {
  const app = temporaryApp();
  const { window } = await withPictures(app, 1);
  const listing = await window.api.listFolder({ folder: app.folder });
  expect(listing.entries).toEqual([
    { name: 'cells.brushfield', kind: 'project' },
    { name: 'documents', kind: 'folder' },
    { name: 'images', kind: 'folder' },
    { name: 'user', kind: 'folder' },
  ]);
  await expect(window.api.listFolder({ folder: '/no/such/folder' })).rejects.toMatchObject({
    code: 'not-found',
  });
});

test('an aborted import adds nothing', async () => {
  const app = temporaryApp();
  const { window } = await withPictures(app, 1);
  for (let n = 0; n < 20; n++) writePng(join(app.folder, 'more', `m${n}.png`), (x, y) => x + y + n);
  const stop = new AbortController();
  const added = window.api.addImages(
    { paths: [join(app.folder, 'more')] },
    { signal: stop.signal, onEvent: () => stop.abort() },
  );
  await expect(added).rejects.toMatchObject({ code: 'stopped' });
  expect(unpackIds(await window.api.imageIds({ filter: {}, order: 'added' }))).toHaveLength(1);
});

test('a call without a project says so', async () => {
  const { api } = temporaryApp().openWindow();
  for (const format of EXPORT_FORMATS)
    await expect(
      api.exportLabels({ format, folder: '/x', ids: null, overwrite: false }),
    ).rejects.toMatchObject({ code: 'usage' });
  await expect(api.imageIds({ filter: {}, order: 'added' })).rejects.toMatchObject({ code: 'usage' });
  expect(existsSync('/x')).toBe(false);
});

test('while a class is removed from many label maps, images are looked at and painted', async () => {
  const { window, ids } = await withPictures(temporaryApp(), 140);
  const { api } = window;
  for (const imageId of ids)
    await api.saveEdit({ imageId, title: 'Brush', author: 'person', baseVersion: 0, tiles: [flatTile(2)] });
  const range = { ty0: 0, ty1: 0, tx0: 0, tx1: 0 };
  const firstOf = async (imageId: number) =>
    valuesOf((await api.loadTiles({ imageId, level: 0, range })).tiles[0])[0];
  const told: number[] = [];
  let removed = false;
  const removing = api
    .removeClass({ value: 1, replaceBy: 0 }, { onEvent: ({ done, total }) => told.push(done / total) })
    .finally(() => (removed = true));
  const seen: [value: number | undefined, before: boolean][] = [];
  while (!removed) seen.push([await firstOf(ids[0]!), !removed]);
  const state = await removing;
  expect(state.classes.map(({ name }) => name)).toEqual(['b']);
  // Read before the answer came: as it was, or as it is.
  expect(seen.filter(([value]) => value !== 2 && value !== 1)).toEqual([]);
  expect(told.at(-1)).toBe(1);
  for (const id of ids) expect(await firstOf(id)).toBe(1);

  const undoing = api.undoProject({});
  // Waits for its turn, and is refused since the labels are another version by then.
  const painting = api.saveEdit({
    imageId: ids[3]!,
    ...{ title: 'Brush', author: 'person', baseVersion: 99, tiles: [flatTile(1)] },
  });
  await expect(painting).rejects.toMatchObject({ code: 'changed' });
  expect((await undoing).classes).toHaveLength(2);
  expect(await firstOf(ids[139]!)).toBe(2);
});
