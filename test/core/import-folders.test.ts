import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { listImages } from '../../src-main/store/images.js';
import { temporaryProject, writePng } from './temporary-project.js';

/** Files of two folders, one within the other, hidden ones, notes, a project and a link that leads back up. */
function nestedFolder() {
  const { project, folder } = temporaryProject();
  const top = join(folder, 'top');
  const paths = ['img10.png', 'img2.png', 'day 2/img2.png', 'day 10/img2.png', '.hidden/a.png', '._img2.png'];
  for (const [n, path] of [...paths, 'other.brushfield/cache/b.png'].entries())
    writePng(join(top, path), (x) => x + n * 20);
  writeFileSync(join(top, 'day 2', 'notes.txt'), 'stained on Monday');
  symlinkSync(top, join(top, 'day 2', 'back'));
  return { project, top };
}

describe('importing a folder', () => {
  test('with its folders takes all images in natural order, each with a name of its own', async () => {
    const { project, top } = nestedFolder();
    const report = await importImages(project, { paths: [top], recursive: true });
    expect(listImages(project.store).map(({ name }) => name)).toEqual([
      'img2.png',
      'img10.png',
      'day 2/img2.png',
      'day 10/img2.png',
    ]);
    expect(report.notes).toContain('Left out as no image: notes.txt.');
  });

  test('without them takes its own only', async () => {
    const { project, top } = nestedFolder();
    const report = await importImages(project, { paths: [top] });
    expect(report.images).toBe(2);
  });

  test('that has images only further down says how to take them', async () => {
    const { project, folder } = temporaryProject();
    mkdirSync(join(folder, 'top'));
    writePng(join(folder, 'top', 'inner', 'a.png'), (x) => x);
    await expect(importImages(project, { paths: [join(folder, 'top')] })).rejects.toThrow('--recursive');
  });
});
