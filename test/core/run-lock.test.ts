import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockRun, settleDeadRuns } from '../../src-main/core/run-lock.js';
import { createRun, runById, updateRun } from '../../src-main/store/runs.js';
import { temporaryFolder, temporaryStore } from '../store/temporary-store.js';

/** The id of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

it('a run that a living process trains cannot be locked, and one of a dead process can', async () => {
  const folder = temporaryFolder();
  const unlock = await lockRun(folder, 'r', undefined);
  await expect(lockRun(folder, 'r', undefined)).rejects.toThrow(`process ${process.pid}`);
  unlock();
  writeFileSync(join(folder, 'training.pid'), `${deadPid()}\n${deadPid()}\n`);
  (await lockRun(folder, 'r', undefined))();
});

it('runs whose process is gone become failed, and others stay', async () => {
  const store = temporaryStore();
  const [dead, alive, finished] = ['running', 'running', 'finished'].map((state) => {
    const run = createRun(store, { network: 'unet-quick', settings: {}, now: new Date() });
    mkdirSync(join(store.folder, run.folder), { recursive: true });
    return updateRun(store, run.id, { state: state as 'running' });
  });
  writeFileSync(join(store.folder, dead!.folder, 'training.pid'), `${deadPid()}\n`);
  const unlock = await lockRun(join(store.folder, alive!.folder), 'r', undefined);
  expect(settleDeadRuns(store).map(({ id }) => id)).toEqual([dead!.id]);
  expect([dead, alive, finished].map((run) => runById(store, run!.id).state)).toEqual([
    'failed',
    'running',
    'finished',
  ]);
  unlock();
});

it('a lock of this process whose file could not be removed holds nobody up', async () => {
  const folder = temporaryFolder();
  const [before, after] = [join(folder, 'before'), join(folder, 'after')];
  mkdirSync(before);
  const unlock = await lockRun(before, 'r', undefined);
  renameSync(before, after);
  await expect(lockRun(after, 'r', undefined)).rejects.toThrow(`process ${process.pid}`);
  unlock();
  (await lockRun(after, 'r', undefined))();
});
