import { copyFileSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { locateImages, requireUnchanged } from '../../src-main/core/images.js';
import { openProject, type Project } from '../../src-main/core/projects.js';
import { projectInfo } from '../../src-main/core/project-info.js';
import { encodeGreyPng } from '../../src-main/pixels/png.js';
import { listImages } from '../../src-main/store/images.js';
import { labelCounts } from '../../src-main/store/masks.js';
import { temporaryProject, writePictures } from './temporary-project.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

const states = async (project: Project) =>
  (await locateImages(project, listImages(project.store))).map(({ state }) => state);

async function labelledProject(count = 3) {
  const made = temporaryProject(['left', 'right']);
  const { images, labels } = writePictures(made.folder, count);
  await importImages(made.project, { paths: [images], labels });
  return { ...made, images, labels };
}

describe('an image file', () => {
  test('that is untouched is present', async () => {
    const { project } = await labelledProject();
    expect(await states(project)).toEqual(['present', 'present', 'present']);
  });

  test('with a new time but the same content is the same', async () => {
    const { project, images } = await labelledProject(1);
    utimesSync(join(images, '0.png'), 1000, 1000);
    expect(await states(project)).toEqual(['present']);
    expect(listImages(project.store)[0]!.modifiedMs).toBe(1_000_000);
  });

  test('whose folder was renamed is found by its content and the new place kept', async () => {
    const { project, folder, images } = await labelledProject();
    renameSync(images, join(folder, 'pictures of May'));
    expect(await states(project)).toEqual(['moved', 'moved', 'moved']);
    expect(await states(project)).toEqual(['present', 'present', 'present']);
    expect(listImages(project.store)[0]).toMatchObject({
      relativePath: '../pictures of May/0.png',
      absolutePath: join(folder, 'pictures of May', '0.png'),
    });
  });

  test('moved together with its project is found by its relative path', async () => {
    const { project, folder, images } = await labelledProject();
    project.close();
    const other = join(folder, 'elsewhere', 'deep');
    mkdirSync(other, { recursive: true });
    renameSync(project.folder, join(other, 'cells.brushfield'));
    renameSync(images, join(other, 'images'));
    const opened = openProject(join(other, 'cells.brushfield'));
    expect(await states(opened)).toEqual(['present', 'present', 'present']);
    opened.close();
  });

  test('that swapped its name with another keeps its own labels', async () => {
    const { project, images } = await labelledProject(2);
    renameSync(join(images, '0.png'), join(images, 'x'));
    renameSync(join(images, '1.png'), join(images, '0.png'));
    renameSync(join(images, 'x'), join(images, '1.png'));
    expect(await states(project)).toEqual(['moved', 'moved']);
    expect(listImages(project.store).map((image) => image.relativePath)).toEqual([
      '../images/1.png',
      '../images/0.png',
    ]);
  });

  test('whose content changed is noticed and refused with a way to go on', async () => {
    const { project, images } = await labelledProject(2);
    writeFileSync(join(images, '0.png'), encodeGreyPng({ width: 20, height: 10, data: new Uint8Array(200) }));
    expect(await states(project)).toEqual(['changed', 'present']);
    const located = await locateImages(project, listImages(project.store));
    expect(() => requireUnchanged(located[0]!)).toThrow(withCode('changed'));
    expect(() => requireUnchanged(located[0]!)).toThrow('--replace-labels');
    expect(requireUnchanged(located[1]!)).toBe(join(images, '1.png'));
    expect((await projectInfo(project)).files).toEqual([
      { image: '0.png', state: 'changed', path: join(images, '0.png') },
    ]);
  });

  test('whose content changed takes the old one’s place only when that is asked for', async () => {
    const { project, images } = await labelledProject(2);
    writeFileSync(join(images, '0.png'), encodeGreyPng({ width: 20, height: 10, data: new Uint8Array(200) }));
    await importImages(project, { paths: [join(images, '0.png')], replaceLabels: true });
    expect(await states(project)).toEqual(['present', 'present']);
    const [first, second] = listImages(project.store);
    expect([first?.name, second?.name]).toEqual(['1.png', '0.png']);
    expect(labelCounts(project.store).get(second!.id)).toBeUndefined();
  });

  test('that is gone is missing and refused', async () => {
    const { project, images } = await labelledProject(2);
    rmSync(join(images, '1.png'));
    expect(await states(project)).toEqual(['present', 'missing']);
    const located = await locateImages(project, listImages(project.store));
    expect(() => requireUnchanged(located[1]!)).toThrow(withCode('not-found'));
  });

  test('that was copied beside another image is found there', async () => {
    const { project, folder, images } = await labelledProject(2);
    mkdirSync(join(folder, 'a/b/c/d/e'), { recursive: true });
    copyFileSync(join(images, '1.png'), join(images, 'renamed.png'));
    rmSync(join(images, '1.png'));
    expect(await states(project)).toEqual(['present', 'moved']);
  });
});
