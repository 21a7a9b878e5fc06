/** Labels out of a project on the command line. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writePictures } from '../core/temporary-project.js';
import { brushfield } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';

const folder = suiteFolder();
const project = join(folder, 'cells.brushfield');

test('labels are written once, and again only when that is asked for', async () => {
  const { images, labels } = writePictures(folder, 2);
  await brushfield(['new', project, '--classes', 'left,right']);
  await brushfield(['import', project, images, '--labels', labels]);
  const output = join(folder, 'out');
  const args = ['export', project, '--format', 'indexed-png', '--output', output, '--quiet'];
  expect(await brushfield(args)).toMatchObject({ code: 0, stdout: `Wrote 2 files to ${output}.\n` });
  expect(readdirSync(output)).toEqual(['0_mask.png', '1_mask.png']);
  const again = await brushfield(args);
  expect(again).toMatchObject({ code: 3, stdout: `Wrote 0 files to ${output}; 2 left out.\n` });
  const { code, stdout } = await brushfield([...args, '--overwrite', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    format: 'indexed-png',
    files: [
      { name: '0_mask.png', reason: null },
      { name: '1_mask.png', reason: null },
    ],
  });
});
