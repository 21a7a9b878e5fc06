import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { locateImages, sha256OfFile, type FileState } from '../../src-main/core/images.js';
import type { Project } from '../../src-main/core/projects.js';
import { addImage, listImages, type NewImage } from '../../src-main/store/images.js';
import { someImage } from '../store/temporary-store.js';
import { temporaryProject, writePng } from './temporary-project.js';

const COUNT = 500;
const pad = (n: number) => String(n).padStart(3, '0');

/** 500 pictures of few different sizes in bytes: most candidates have to be told apart by their content. */
async function manyPictures() {
  const { project, folder } = temporaryProject();
  const images = join(folder, 'images');
  const rows: NewImage[] = [];
  for (let n = 0; n < COUNT; n++) {
    const name = `${pad(n)}.png`;
    const pixel = (x: number) => (x === 0 ? n % 256 : x === 1 ? n >> 8 : x);
    const path = writePng(join(images, name), pixel, { width: 8, height: 1 });
    const { size, mtimeMs } = statSync(path);
    const place = { relativePath: `../images/${name}`, absolutePath: path, sizeBytes: size };
    rows.push(someImage(name, { ...place, sha256: await sha256OfFile(path), modifiedMs: mtimeMs }));
  }
  project.store.transaction(() => rows.forEach((row) => addImage(project.store, row)));
  return { project, folder, images };
}

/** How many are in each state; every path that is given for the same image must have the content recorded. */
async function located(project: Project) {
  const counts: Partial<Record<FileState, number>> = {};
  for (const { image, state, path } of await locateImages(project, listImages(project.store))) {
    counts[state] = (counts[state] ?? 0) + 1;
    if (state === 'present' || state === 'moved') expect(await sha256OfFile(path!)).toBe(image.sha256);
  }
  return counts;
}

describe('500 image files at once', () => {
  test('are found when their folder is renamed', async () => {
    const { project, folder, images } = await manyPictures();
    renameSync(images, join(folder, 'renamed'));
    expect(await located(project)).toEqual({ moved: COUNT });
    expect(await located(project)).toEqual({ present: COUNT });
  });

  test('are found when their folder is moved elsewhere near', async () => {
    const { project, folder, images } = await manyPictures();
    mkdirSync(join(folder, 'archive', '2026'), { recursive: true });
    renameSync(images, join(folder, 'archive', '2026', 'images'));
    expect(await located(project)).toEqual({ moved: COUNT });
  });

  test('are found when each has another name', async () => {
    const { project, images } = await manyPictures();
    for (const name of readdirSync(images)) renameSync(join(images, name), join(images, `cell ${name}`));
    expect(await located(project)).toEqual({ moved: COUNT });
  });

  test('are told apart when they swapped names, also where size and time are all equal', async () => {
    const { project, images } = await manyPictures();
    const time = new Date('2026-03-01T12:00:00Z');
    for (const name of readdirSync(images)) utimesSync(join(images, name), time, time);
    expect(await located(project)).toEqual({ present: COUNT });
    for (let n = 0; n < COUNT; n += 2) {
      const [a, b] = [join(images, `${pad(n)}.png`), join(images, `${pad(n + 1)}.png`)];
      renameSync(a, join(images, 'between'));
      renameSync(b, a);
      renameSync(join(images, 'between'), b);
    }
    expect(await located(project)).toEqual({ moved: COUNT });
  });

  test('stay where they are when half of them are duplicated', async () => {
    const { project, folder, images } = await manyPictures();
    mkdirSync(join(folder, 'a copy'));
    for (let n = 0; n < COUNT; n += 2)
      copyFileSync(join(images, `${pad(n)}.png`), join(folder, 'a copy', `${pad(n)}.png`));
    expect(await located(project)).toEqual({ present: COUNT });
    expect(listImages(project.store).every(({ absolutePath }) => absolutePath.startsWith(images))).toBe(true);
  });

  test('are moved, changed or missing each for itself when some were edited and some deleted', async () => {
    const { project, folder, images } = await manyPictures();
    for (let n = 0; n < 50; n++) appendFileSync(join(images, `${pad(n)}.png`), 'edited');
    for (let n = 50; n < 100; n++) rmSync(join(images, `${pad(n)}.png`));
    mkdirSync(join(folder, 'other'));
    for (let n = 100; n < 200; n++)
      renameSync(join(images, `${pad(n)}.png`), join(folder, 'other', `${pad(n)}.png`));
    expect(await located(project)).toEqual({ changed: 50, missing: 50, moved: 100, present: 300 });
  });

  test('are left as they were when the search is stopped', async () => {
    const { project, folder, images } = await manyPictures();
    renameSync(images, join(folder, 'renamed'));
    const stop = new AbortController();
    const search = locateImages(project, listImages(project.store), {
      signal: stop.signal,
      onEvent: ({ done }) => done === 5 && stop.abort(),
    });
    await expect(search).rejects.toMatchObject({ code: 'stopped' });
    expect(listImages(project.store)[0]?.absolutePath).toBe(join(images, '000.png'));
  });
});
