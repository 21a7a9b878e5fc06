/** Whole folders segmented from a window with the real engine: trial, failures, pauses, and windows that come and go. */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { atRest, byCommand, contents, newBatch, plate, trained } from './batch-folders.js';

test('three are tried, then all; a bad file has its reason and is tried again; results are those of the command', async () => {
  const project = await trained();
  const { app, window, run } = project;
  const { api } = window;
  const input = plate(project, 9);
  const output = join(app.folder, 'masks');
  const broken = join(input, 'broken.png');
  writeFileSync(broken, 'no picture');
  expect(await api.countBatchFiles({ input, output, recursive: true })).toEqual({ files: 10 });
  await expect(
    api.countBatchFiles({ input: join(input, 'nothing'), output, recursive: true }),
  ).rejects.toThrow('There is no file or folder');

  const { id, trial } = await api.startBatch(newBatch(run, input, output, { trial: true }));
  expect(trial).toBe(true);
  expect(await atRest(window, id)).toMatchObject({ state: 'finished', trial: true, total: 3 });
  const tried = Object.keys(contents(output)).filter((name) => name.endsWith('_mask.png'));
  expect(tried.length).toBeLessThanOrEqual(3);

  await api.resumeBatch({ batch: id });
  await window.next('batches');
  const all = await atRest(window, id);
  expect(all).toMatchObject({
    state: 'finished',
    trial: false,
    total: 10,
    done: 9,
    failed: 1,
    current: null,
  });
  const failed = await api.batchFiles({ batch: id, state: 'failed', first: 0, count: 100 });
  expect(failed).toMatchObject({ total: 1, files: [{ input: 'broken.png', path: broken, masks: [] }] });
  expect(failed.files[0]!.error).toContain('broken.png');
  const files = await api.batchFiles({ batch: id, state: null, first: 2, count: 3 });
  expect(files.total).toBe(10);
  expect(files.files.map(({ place }) => place)).toEqual([2, 3, 4]);

  const { session } = await api.openProject({ folder: project.folder });
  const picture = await app.service.pixels(`/batch/${session}/${id}/3/key`);
  expect([picture.status, picture.type]).toEqual([200, 'image/png']);
  expect(picture.bytes).not.toEqual(readFileSync(files.files[1]!.path));
  const none = await app.service.pixels(`/batch/${session}/${id}/${failed.files[0]!.place}/key`);
  expect(none.status).toBe(404);

  copyFileSync(files.files[0]!.path, broken);
  await api.resumeBatch({ batch: id });
  expect(await atRest(window, id)).toMatchObject({ total: 10, done: 10, failed: 0 });
  expect(contents(output)).toEqual(await byCommand(project, input));

  await expect(api.startBatch(newBatch(run, input, output))).rejects.toMatchObject({
    code: 'exists',
    message: expect.stringContaining('earlier batch') as string,
  });
  expect(await api.batches({})).toHaveLength(1);
  expect(await api.forgetBatch({ batch: id })).toEqual([]);
  expect(existsSync(join(output, 'manifest.json'))).toBe(true);
});

test('it is paused and goes on, goes on without its window, and is found again', async () => {
  const project = await trained();
  const { app, window, run, folder } = project;
  const input = plate(project, 40);
  const output = join(app.folder, 'masks');
  const { id } = await window.api.startBatch(newBatch(run, input, output));
  await expect(window.api.startBatch(newBatch(run, input, join(app.folder, 'other')))).rejects.toMatchObject({
    code: 'exists',
    message: expect.stringContaining('is running') as string,
  });
  await expect(window.api.forgetBatch({ batch: id })).rejects.toMatchObject({ code: 'exists' });
  const paused = await window.api.pauseBatch({ batch: id });
  expect(paused).toMatchObject({ state: 'paused', failed: 0 });
  expect(paused.done).toBeLessThan(40);
  const masks = Object.keys(contents(output)).filter((name) => name.endsWith('_mask.png'));
  expect(masks).toHaveLength(paused.done);

  await window.api.resumeBatch({ batch: id });
  await window.api.closeProject({});
  const later = app.openWindow();
  await later.api.openProject({ folder });
  expect(await atRest(later, id)).toMatchObject({ state: 'finished', done: 40, failed: 0, total: 40 });
  expect(contents(output)).toEqual(await byCommand(project, input));

  // An output folder that has vanished is made anew by going on.
  rmSync(output, { recursive: true });
  await later.api.resumeBatch({ batch: id });
  expect(await atRest(later, id)).toMatchObject({ state: 'finished', done: 40 });
  expect(Object.keys(contents(output)).length).toBeGreaterThan(40);
});
