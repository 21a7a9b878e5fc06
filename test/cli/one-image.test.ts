/** The smallest project there is: a single image, labelled. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { brushfield } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, writeDisc } from './tiny-project.js';

const here = suiteFolder();

it('a project of one image is trained on and segments it, and says that there is no score', async () => {
  const into = { images: join(here, 'images'), labels: join(here, 'labels') };
  writeDisc(into, 0);
  const project = join(here, 'one.brushfield');
  await succeed('new', project, '--classes', 'ground,disc');
  await succeed('import', project, into.images, '--labels', into.labels, '--map', '0=ground,255=disc');
  const trained = await brushfield(['train', project, ...QUICK, '--steps', '5']);
  expect(trained.stderr).toMatch(/No image is held out, so no score can be given while it trains\./);
  expect(trained.code).toBe(0);
  const output = join(here, 'masks');
  const args = [
    'segment',
    project,
    '--input',
    into.images,
    '--output',
    output,
    '--threads',
    '1',
    '--device',
    'cpu',
  ];
  expect((await brushfield(args)).code).toBe(0);
  expect(readdirSync(output).sort()).toEqual(['disc0_mask.png', 'manifest.json']);
});
