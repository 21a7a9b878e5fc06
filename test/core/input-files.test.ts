import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { listInputFiles } from '../../src-main/core/input-files.js';
import { temporaryFolder } from '../store/temporary-store.js';

/** A folder with empty files of these names. */
function folderWith(...names: string[]): string {
  const folder = temporaryFolder();
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
  return folder;
}

const names = async (input: string, recursive = false, output?: string) =>
  (await listInputFiles(input, { recursive, ...(output !== undefined && { output }) })).map(
    ({ relative, name }) => `${relative} → ${name}`,
  );

it('takes the images of a folder in a fixed order, and not what is hidden or no image', async () => {
  const folder = folderWith('b.TIF', 'a.png', 'notes.txt', '.hidden.png', 'deep/c.png');
  expect(await names(folder)).toEqual(['a.png → a', 'b.TIF → b']);
  expect(await names(folder, true)).toEqual(['a.png → a', 'b.TIF → b', 'deep/c.png → deep/c']);
});

it('gives files that would share a name distinct ones, without regard to case', async () => {
  const folder = folderWith('a.png', 'a.tif', 'A.jpg', 'b.png');
  const given = (await names(folder)).map((line) => line.split(' → ')[1]!);
  expect(given).toEqual(['A_jpg', 'a_png', 'a_tif', 'b']);
});

it('never takes the output folder for an input, nor follows links in a circle', async () => {
  const folder = folderWith('a.png', 'out/a_mask.png');
  symlinkSync(folder, join(folder, 'loop'));
  expect(await names(folder, true, join(folder, 'out'))).toEqual(['a.png → a']);
});

it('reads a list relative to itself, each file once', async () => {
  const folder = folderWith('x/a.png', 'y/a.png');
  const outside = join(folderWith('a.png'), 'a.png');
  writeFileSync(join(folder, 'list.txt'), `# images\nx/a.png\r\ny/a.png\n\nx/a.png\n${outside}\n`);
  expect(await names(join(folder, 'list.txt'))).toEqual(['x/a.png → x/a', 'y/a.png → y/a', 'a.png → a']);
});

it('says where there is nothing, and what would help', async () => {
  const folder = folderWith('deep/c.png');
  await expect(names(folder)).rejects.toThrow(/no images .*; add --recursive/);
  await expect(names(join(folder, 'gone'))).rejects.toMatchObject({ code: 'not-found' });
});
