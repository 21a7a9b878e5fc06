import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeAbandoned, writeFileAtomic, writeJsonAtomic } from '../../src-main/disk/atomic-file.js';
import { temporaryFolder } from '../store/temporary-store.js';

it('makes the folders, replaces the file, and leaves nothing else behind', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'a', 'b', 'file.json');
  await writeFileAtomic(path, 'old');
  await writeJsonAtomic(path, { new: true });
  expect(readFileSync(path, 'utf8')).toBe('{\n  "new": true\n}\n');
  expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file.json']);
});

it('says in one sentence what is wrong where it cannot write, and removes the temporary file', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'taken'));
  writeFileSync(join(folder, 'file'), '');
  await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toMatchObject({
    code: 'disk',
    message: expect.stringMatching(
      /"taken" could not be written in .*: there is a folder of that name/,
    ) as string,
  });
  await expect(writeFileAtomic(join(folder, 'file', 'x'), 'x')).rejects.toMatchObject({ code: 'disk' });
  expect(readdirSync(folder).sort()).toEqual(['file', 'taken']);
});

it('removes what a killed program left half-written, but nothing fresh and nothing of others', async () => {
  const folder = temporaryFolder();
  const before = new Date(Date.now() - 2 * 3_600_000);
  for (const name of ['.brushfield-0a1b2c3d4e5f.tmp', 'mask.png', 'notes.tmp']) {
    writeFileSync(join(folder, name), 'x');
    utimesSync(join(folder, name), before, before);
  }
  writeFileSync(join(folder, '.brushfield-111111111111.tmp'), 'x');
  await removeAbandoned(folder);
  expect(readdirSync(folder).toSorted()).toEqual(['.brushfield-111111111111.tmp', 'mask.png', 'notes.tmp']);
  await removeAbandoned(join(folder, 'nothing'));
});
