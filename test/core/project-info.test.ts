import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { projectInfo } from '../../src-main/core/project-info.js';
import { splitProject } from '../../src-main/core/splits.js';
import { createRun, updateRun } from '../../src-main/store/runs.js';
import { temporaryProject, writePictures, writePng } from './temporary-project.js';

test('info counts images, labels and runs', async () => {
  const { project, folder } = temporaryProject(['left', 'right', 'unused']);
  const { images, labels } = writePictures(folder, 5);
  await importImages(project, { paths: [images], labels });
  await importImages(project, {
    paths: [writePng(join(folder, 'wide.png'), (x) => x, { width: 40, height: 10 })],
    labels: writePng(join(folder, 'wide_mask.png'), (x) => (x < 10 ? 2 : 0), { width: 40, height: 10 }),
  });
  splitProject(project, { val: 0.34 });
  await importImages(project, { paths: [writePng(join(folder, 'new.png'), (_, y) => y)] });
  const settings = { network: 'unet-mini' };
  const now = new Date(2026, 10, 22, 18, 57);
  const run = createRun(project.store, { network: 'unet-mini', settings, now });
  updateRun(project.store, run.id, { state: 'finished', bestScore: 0.71 });
  createRun(project.store, { network: 'unet-mini', settings, now });

  const info = await projectInfo(project);
  expect(info).toMatchObject({
    name: 'cells',
    images: { total: 7, labelled: 6 },
    splits: {
      train: { total: 4, labelled: 4 },
      val: { total: 2, labelled: 2 },
      test: { total: 0, labelled: 0 },
      undecided: { total: 1, labelled: 0 },
    },
    groups: 7,
    voidPixels: 300,
    files: [],
  });
  expect(info.classes.map(({ name, pixels, images: count }) => [name, pixels, count])).toEqual([
    ['left', 500, 5],
    ['right', 600, 6],
    ['unused', 0, 0],
  ]);
  expect(info.kinds.map(({ width, images: count }) => [width, count])).toEqual([
    [20, 6],
    [40, 1],
  ]);
  expect(info.runs.map(({ name, network, bestScore, best }) => [name, network, bestScore, best])).toEqual([
    ['2026-11-22-1857-unet-mini', 'unet-mini', 0.71, true],
    ['2026-11-22-1857-unet-mini-2', 'unet-mini', null, false],
  ]);
});
