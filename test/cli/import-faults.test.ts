/** Importing what one may not read: a sentence for each file, the right exit code, and the rest imported. */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRoot } from '../store/child-process.js';
import { brushfieldAs, type Finished } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { succeed, writeDisc } from './tiny-project.js';

const folder = suiteFolder();
const lines = ({ stderr }: Finished) => stderr.trimEnd().split('\n');

/** Four pictures with labels and an empty project, in a folder that anybody may enter and write in. */
async function fourDiscs(name: string) {
  const here = join(folder, name);
  chmodSync(folder, 0o755);
  mkdirSync(here);
  chmodSync(here, 0o777);
  const [images, labels] = [join(here, 'images'), join(here, 'labels')];
  for (let n = 0; n < 4; n++) writeDisc({ images, labels }, n);
  const scratch = join(here, 'scratch');
  const env = { HOME: scratch, XDG_DATA_HOME: scratch, XDG_STATE_HOME: scratch };
  const project = join(scratch, 'discs.brushfield');
  const asGuest = (...args: string[]) =>
    brushfieldAs(isRoot ? 65534 : null, args, { env, writable: scratch });
  expect((await asGuest('new', project, '--classes', 'ground,disc')).code).toBe(0);
  const map = ['--map', '0=ground,255=disc'];
  const read = async () => JSON.parse(await succeed('info', project, '--json')) as { images: object };
  return { here, images, labels, project, asGuest, map, read };
}

describe('importing what may not be read', () => {
  it('leaves one image out with its reason and takes the others', async () => {
    const { images, labels, project, asGuest, map, read } = await fourDiscs('image');
    chmodSync(join(images, 'disc1.png'), 0o000);
    chmodSync(join(labels, 'disc2.png'), 0o000);
    const result = await asGuest('import', project, images, '--labels', labels, ...map);
    expect(lines(result)).toEqual([
      expect.stringMatching(/^Warning: disc1\.png: .*disc1\.png may not be read; change its permissions\.$/),
      expect.stringMatching(
        /^Warning: disc2\.png: its labels were left out: .*disc2\.png may not be read.*\.$/,
      ),
    ]);
    expect(result.code).toBe(3);
    expect((await read()).images).toEqual({ total: 3, labelled: 2 });
  });

  it('says so of a folder of images and of one of labels, and imports nothing', async () => {
    const { images, labels, project, asGuest, map, read } = await fourDiscs('folder');
    for (const closed of [images, labels]) {
      chmodSync(closed, 0o000);
      const result = await asGuest('import', project, images, '--labels', labels, ...map);
      expect(lines(result)).toEqual([
        expect.stringContaining(`You may not read ${closed}; ask for permission`),
      ]);
      expect(result.code).toBe(1);
      chmodSync(closed, 0o755);
    }
    expect((await read()).images).toEqual({ total: 0, labelled: 0 });
  });
});
