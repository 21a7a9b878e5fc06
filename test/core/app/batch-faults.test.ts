/** A batch of the window meets what goes wrong on real machines: it says so, the rest goes on, and trying again works. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { atRest, byCommand, contents, newBatch, plate, trained } from './batch-folders.js';

const FILES = 30;

/** A disk of 16 MB, or null where nothing may be mounted. */
function smallDisk(folder: string) {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const mount = (...args: string[]) => spawnSync('mount', [...args, disk]).status === 0;
  if (!mount('-t', 'tmpfs', '-o', 'size=16m', 'tmpfs')) {
    process.stderr.write('Skipped: nothing may be mounted here, so no full or read-only disk was tried.\n');
    return null;
  }
  onTestFinished(() => void spawnSync('umount', ['--lazy', disk]));
  return {
    output: join(disk, 'masks'),
    fill: () => writeFileSync(join(disk, 'ballast'), new Uint8Array(16_280 * 1024)),
    free: () => rmSync(join(disk, 'ballast')),
    protect: (closed: boolean) =>
      expect(mount('-o', `remount,${closed ? 'ro' : 'rw'},size=16m`, 'tmpfs')).toBe(true),
  };
}

test('a full disk, a read-only one, folders in use or gone, and an image that goes are told, and trying again works', async () => {
  const project = await trained();
  const { app, window, run } = project;
  const { api } = window;
  const input = plate(project, FILES);
  const expected = await byCommand(project, input);
  const outputOf = (name: string) => join(app.folder, name);
  const start = (output: string) => api.startBatch(newBatch(run, input, output));
  const finish = async (batch: number, output: string) => {
    await api.resumeBatch({ batch });
    expect(await atRest(window, batch)).toMatchObject({
      ...{ state: 'finished', error: null },
      ...{ done: FILES, failed: 0, total: FILES },
    });
    expect(contents(output)).toEqual(expected);
  };

  const disk = smallDisk(app.folder);
  if (disk) {
    disk.protect(true);
    await expect(start(disk.output)).rejects.toMatchObject({
      code: 'disk',
      message: expect.stringContaining('the disk is read-only; choose another folder.') as string,
    });
    expect(await api.batches({})).toEqual([]);
    disk.protect(false);
    disk.fill();
    const { id } = await start(disk.output);
    const full = await atRest(window, id);
    expect(full).toMatchObject({ state: 'failed', failed: 0 });
    expect(full.error).toMatch(/^".*" could not be written in .*: the disk is full; free some space and/);
    expect(full.done).toBeLessThan(FILES);
    const masks = Object.keys(contents(disk.output)).filter((name) => name.endsWith('_mask.png'));
    for (const name of masks) expect(contents(disk.output)[name]).toBe(expected[name]);
    disk.free();
    await finish(id, disk.output);
  }

  // Two at once: one is begun, and the other when it has ended.
  const both = await Promise.allSettled([start(outputOf('one')), start(outputOf('two'))]);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(both[1]).toMatchObject({
    reason: {
      message: expect.stringContaining('is running; wait for its end, or pause it first.') as string,
    },
  });
  const { id: first } = (both[0] as PromiseFulfilledResult<{ id: number }>).value;
  expect(await atRest(window, first)).toMatchObject({ state: 'finished', done: FILES });
  expect(existsSync(outputOf('two'))).toBe(false);

  // Another program writes there.
  mkdirSync(outputOf('used'));
  const lock = join(outputOf('used'), '.manifest.json.lock');
  writeFileSync(lock, JSON.stringify({ host: hostname(), pid: process.ppid, token: '' }));
  await expect(start(outputOf('used'))).rejects.toThrow(`Process ${process.ppid} writes results into`);
  expect(readdirSync(outputOf('used'))).toEqual(['.manifest.json.lock']);

  // The folder is deleted in the middle.
  const { id: gone } = await start(outputOf('gone'));
  rmSync(outputOf('gone'), { recursive: true, maxRetries: 9, retryDelay: 20 });
  const failed = await atRest(window, gone);
  expect(failed.state).toBe('failed');
  expect(failed.error).toMatch(
    /could not be written in .*: the folder is no longer there, or not the same; /,
  );
  expect(existsSync(outputOf('gone'))).toBe(false);
  await finish(gone, outputOf('gone'));

  // An image goes before its turn, and comes back.
  const last = join(input, 'well ü🙂', `cell ${FILES - 3}.png`);
  const bytes = readFileSync(last);
  const { id: short } = await start(outputOf('short'));
  rmSync(last);
  expect(await atRest(window, short)).toMatchObject({ state: 'finished', done: FILES - 1, failed: 1 });
  const { files } = await api.batchFiles({ batch: short, state: 'failed', first: 0, count: 9 });
  expect(files).toMatchObject([{ path: last, masks: [] }]);
  expect(files[0]!.error).toMatch(/cell 27\.png.*does not exist/);
  writeFileSync(last, bytes);
  await finish(short, outputOf('short'));
});
