import { afterAll, expect, it } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { createProject } from '../../src-main/core/projects.js';
import { thresholdBaseline } from '../../src-main/core/threshold-baseline.js';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeGreyPng } from '../../src-main/pixels/png.js';

const folder = await mkdtemp(join(tmpdir(), 'brushfield-test-'));
afterAll(() => rm(folder, { recursive: true }));

it('a threshold scores a picture of two greys as perfect, decoded in a thread', async () => {
  const labels = Uint8Array.from({ length: 400 }, (_, i) => (i % 20 < 8 ? 0 : 1));
  await mkdir(join(folder, 'images'));
  await mkdir(join(folder, 'labels'));
  const write = (part: string, data: Uint8Array) =>
    writeFile(join(folder, part, 'a.png'), encodeGreyPng({ width: 20, height: 20, data }));
  await write(
    'images',
    Uint8Array.from(labels, (label, i) => 40 + label * 100 + (i % 3)),
  );
  await write('labels', labels);
  const project = createProject(join(folder, 'p.brushfield'));
  await importImages(project, {
    paths: [join(folder, 'images')],
    labels: join(folder, 'labels'),
    map: '0=dark,1=bright',
    split: 'train',
  });
  const { classes } = await thresholdBaseline(project, 'train');
  expect(classes).toEqual([
    { name: 'dark', dice: 1 },
    { name: 'bright', dice: 1 },
  ]);
});
