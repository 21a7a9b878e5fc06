/** Files that come into a folder, with a clock of the test's own. */
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { WatchedFolder } from '../../src-main/core/watched-folder.js';
import { temporaryFolder } from '../store/temporary-store.js';

const SETTLE_MS = 100;

function watched(folder = temporaryFolder(), finished: readonly string[] = []) {
  let nowMs = 0;
  const output = join(folder, 'out');
  const watch = new WatchedFolder(folder, {
    ...{ recursive: true, output, settleMs: SETTLE_MS },
    finished: new Set(finished.map((name) => join(folder, name))),
    now: () => nowMs,
  });
  return {
    folder,
    output,
    watch,
    put: (name: string, text = name) => writeFileSync(join(folder, name), text),
    /** Names of what is complete so much later. */
    async after(ms: number) {
      nowMs += ms;
      return (await watch.look())?.map(({ path }) => basename(path)) ?? null;
    },
  };
}

it('a file is given once, when it has stayed the same for long enough', async () => {
  const { put, after } = watched();
  expect(await after(0)).toEqual([]);
  put('a.png');
  expect(await after(10)).toEqual([]);
  expect(await after(99)).toEqual([]);
  expect(await after(1)).toEqual(['a.png']);
  expect(await after(1000)).toEqual([]);
});

it('one that grows is waited for, and one that changes later is given again', async () => {
  const { folder, put, after } = watched();
  put('a.png');
  for (let n = 0; n < 5; n++) {
    expect(await after(60)).toEqual([]);
    appendFileSync(join(folder, 'a.png'), 'more');
  }
  expect(await after(1)).toEqual([]);
  expect(await after(100)).toEqual(['a.png']);
  put('a.png', 'another picture');
  expect(await after(1000)).toEqual([]);
  expect(await after(100)).toEqual(['a.png']);
});

it('what is finished is given only after a change; what was given back comes again', async () => {
  const { folder, watch, put, after } = watched(undefined, ['a.png']);
  put('a.png');
  put('b.png');
  expect(await after(0)).toEqual([]);
  expect(await after(100)).toEqual(['b.png']);
  watch.giveBack(join(folder, 'b.png'));
  expect(await after(0)).toEqual(['b.png']);
  put('a.png', 'other');
  expect(await after(1)).toEqual([]);
  expect(await after(100)).toEqual(['a.png']);
});

it('nothing is taken from the folder of results, nor what is no image', async () => {
  const { output, put, after } = watched();
  mkdirSync(output);
  writeFileSync(join(output, 'a_mask.png'), '');
  put('notes.txt');
  put('.hidden.png');
  await after(0);
  expect(await after(100)).toEqual([]);
});

it('a folder that goes away is told; what is there when it is back has come anew', async () => {
  const { folder, put, after } = watched();
  put('a.png');
  await after(0);
  expect(await after(100)).toEqual(['a.png']);
  renameSync(folder, `${folder}-away`);
  expect(await after(10)).toBeNull();
  renameSync(`${folder}-away`, folder);
  expect(await after(10)).toEqual([]);
  expect(await after(100)).toEqual(['a.png']);
  rmSync(join(folder, 'a.png'));
  expect(await after(100)).toEqual([]);
});
