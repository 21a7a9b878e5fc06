import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeFileAtomic, writeJsonAtomic } from '../../src-main/disk/atomic-file.js';
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
