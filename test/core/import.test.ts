import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { openProject } from '../../src-main/core/projects.js';
import { encodeGrey16Png, encodeIndexedPng, encodeRgbPng } from '../../src-main/pixels/png.js';
import { listClasses } from '../../src-main/store/classes.js';
import { addImage, listImages } from '../../src-main/store/images.js';
import { labelCounts, loadMask } from '../../src-main/store/masks.js';
import { someImage } from '../store/temporary-store.js';
import { temporaryProject, writePictures, writePng } from './temporary-project.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

describe('importing files', () => {
  test('takes a folder in the order of its numbers and remembers where the files are', async () => {
    const { project, folder } = temporaryProject();
    const { images } = writePictures(folder, 11);
    const report = await importImages(project, { paths: [images], split: 'val' });
    expect(report).toMatchObject({ images: 11, labelled: 0, skipped: 0, classesAdded: [] });
    const rows = listImages(project.store);
    expect(rows.map((row) => row.name)).toEqual(Array.from({ length: 11 }, (_, n) => `${n}.png`));
    expect(rows[10]).toMatchObject({
      relativePath: '../images/10.png',
      absolutePath: join(images, '10.png'),
      width: 20,
      height: 10,
      channels: 1,
      type: 'uint8',
      split: 'val',
      group: '10.png',
    });
  });

  test('tells why a file was skipped and imports the rest', async () => {
    const { project, folder } = temporaryProject();
    const { images } = writePictures(folder, 2);
    writeFileSync(join(images, '0.png'), readFileSync(join(images, '0.png')).subarray(0, 60));
    writeFileSync(join(images, 'notes.png'), 'these are notes');
    const report = await importImages(project, { paths: [images] });
    expect(report).toMatchObject({ images: 1, skipped: 2 });
    expect(report.files.filter((file) => file.reason).map((file) => file.path)).toEqual(
      ['0.png', 'notes.png'].map((name) => join(images, name)),
    );
    expect(report.files.at(-1)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('notes.png'),
    });
  });

  test('takes no file twice, also under another name', async () => {
    const { project, folder } = temporaryProject();
    const { images } = writePictures(folder, 2);
    cpSync(join(images, '0.png'), join(images, 'copy.png'));
    const first = await importImages(project, { paths: [images] });
    expect(first.images).toBe(2);
    expect(first.files.find((file) => file.path.endsWith('copy.png'))?.reason).toContain('0.png');
    const again = await importImages(project, { paths: [images] });
    expect(again).toMatchObject({ images: 0, skipped: 3 });
    expect(listImages(project.store)).toHaveLength(2);
  });

  test('tells files of one name in two folders apart', async () => {
    const { project, folder } = temporaryProject();
    const paths = ['a', 'b', 'c/b'].map((name, n) => writePng(join(folder, name, '0.png'), (x) => x + n));
    await importImages(project, { paths });
    expect(listImages(project.store).map((row) => row.name)).toEqual(['0.png', 'b/0.png', 'c/b/0.png']);
  });

  test('groups files by an expression on their names', async () => {
    const { project, folder } = temporaryProject();
    const names = ['mouse1_a.png', 'mouse1_b.png', 'mouse2_a.png', 'other.png'];
    for (const [n, name] of names.entries()) writePng(join(folder, 'images', name), (x) => x * n);
    await importImages(project, { paths: [join(folder, 'images')], groupBy: '^(mouse\\d)_' });
    expect(listImages(project.store).map((row) => row.group)).toEqual([
      'mouse1',
      'mouse1',
      'mouse2',
      'other.png',
    ]);
    await expect(importImages(project, { paths: [folder], groupBy: '(' })).rejects.toThrow(withCode('usage'));
  });

  test('that is stopped leaves the project as it was', async () => {
    const { project, folder } = temporaryProject();
    const { images, labels } = writePictures(folder, 4);
    const controller = new AbortController();
    const attempt = importImages(
      project,
      { paths: [images], labels, map: '1=left,2=right' },
      { signal: controller.signal, onEvent: ({ done }) => done === 2 && controller.abort() },
    );
    await expect(attempt).rejects.toThrow(withCode('stopped'));
    expect(listImages(project.store)).toEqual([]);
    expect(listClasses(project.store)).toEqual([]);
  });

  test('writes nothing once another program has taken the project over', async () => {
    const { project, folder } = temporaryProject();
    const { images } = writePictures(folder, 3);
    const other = openProject(project.folder, { takeOver: true });
    const onEvent = ({ done }: { done: number }) => {
      if (done === 1) addImage(other.store, someImage('theirs.png'));
    };
    await expect(importImages(project, { paths: [images] }, { onEvent })).rejects.toThrow(withCode('exists'));
    expect(listImages(project.store).map((row) => row.name)).toEqual(['theirs.png']);
    other.close();
  });

  test.each([
    ['a path that is not there', { paths: ['nowhere'] }, 'not-found'],
    ['no path', { paths: [] }, 'usage'],
    ['a format of a later version', { paths: ['.'], format: 'coco' }, 'usage'],
    ['a format that does not exist', { paths: ['.'], format: 'xyz' }, 'usage'],
    ['a folder that is not laid out as VOC', { paths: ['.'], format: 'voc' }, 'not-found'],
    ['a map that is none', { paths: ['.'], map: 'membrane' }, 'usage'],
  ])('refuses %s', async (_, options, code) => {
    const { project, folder } = temporaryProject();
    const paths = options.paths.map((path) => join(folder, path));
    await expect(importImages(project, { ...options, paths })).rejects.toThrow(withCode(code));
  });
});

describe('importing labels', () => {
  test('takes the file of the same name, or with _mask or _label after it, and names what is left', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    const { images, labels } = writePictures(folder, 3);
    cpSync(join(labels, '1.png'), join(labels, '1_mask.png'));
    for (const [from, to] of [
      ['0.png', '0_mask.png'],
      ['2.png', '2_label.png'],
    ] as const)
      cpSync(join(labels, from), join(folder, 'masks', to));
    cpSync(join(labels, '1.png'), join(folder, 'masks', '1.png'));
    cpSync(join(labels, '1.png'), join(folder, 'masks', 'other.png'));
    const report = await importImages(project, { paths: [images], labels: join(folder, 'masks') });
    expect(report.files.map((file) => file.labels)).toEqual(
      ['0_mask.png', '1.png', '2_label.png'].map((name) => join(folder, 'masks', name)),
    );
    expect(report.labelled).toBe(3);
    expect(report.notes).toContain('1 label files belong to no image: other.png.');
  });

  test('takes masks that lie among the images as labels and not as images', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    writePng(join(folder, 'all', 'a.png'), (x) => x);
    writePng(join(folder, 'all', 'a_mask.png'), () => 1);
    const report = await importImages(project, { paths: [join(folder, 'all')], labels: join(folder, 'all') });
    expect(report).toMatchObject({ images: 1, labelled: 1 });
  });

  test('makes classes in the order of the map, and void is none', async () => {
    const { project, folder } = temporaryProject(['cell']);
    const { images, labels } = writePictures(folder, 1);
    writePng(join(labels, '0.png'), (x) => [0, 100, 200, 255][x % 4]!);
    await importImages(project, {
      paths: [images],
      labels,
      map: '200-254=nucleus,100=cell,0=background,255=void',
    });
    expect(listClasses(project.store).map(({ value, name }) => [value, name])).toEqual([
      [1, 'cell'],
      [2, 'nucleus'],
      [3, 'background'],
    ]);
    expect(labelCounts(project.store).get(1)).toEqual([50, 50, 50, 50]);
  });

  test('without a map takes values of the project’s classes as they are', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    const { images, labels } = writePictures(folder, 1);
    await importImages(project, { paths: [images], labels });
    const data = loadMask(project.store, 1)!.data;
    expect([data[9], data[10]]).toEqual([1, 2]);
  });

  test('with values the map lacks names them, counts the files and imports nothing', async () => {
    const { project, folder } = temporaryProject();
    const { images, labels } = writePictures(folder, 3);
    writePng(join(labels, '1.png'), (x) => (x ? 77 : 1));
    const attempt = importImages(project, { paths: [images], labels, map: '1=left,2=right' });
    await expect(attempt).rejects.toThrow(withCode('bad-labels'));
    await expect(attempt).rejects.toThrow(/what 77 is \(in 1 label file\)/);
    expect(listImages(project.store)).toEqual([]);
    expect(listClasses(project.store)).toEqual([]);
  });

  test('of another size is left out with its reason, and the image imported', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    const { images, labels } = writePictures(folder, 2);
    writePng(join(labels, '0.png'), () => 1, { width: 19, height: 10 });
    const report = await importImages(project, { paths: [images], labels });
    expect(report).toMatchObject({ images: 2, labelled: 1, skipped: 1 });
    expect(report.files[0]?.reason).toContain('19 × 10');
  });

  test('reads palette indices, grey in three channels and 16 bits, and no colours', async () => {
    const { project, folder } = temporaryProject();
    const { images, labels } = writePictures(folder, 4);
    const size = { width: 20, height: 10 };
    const grey = Uint8Array.from({ length: 200 }, (_, i) => (i % 2 ? 9 : 5));
    const palette = Array.from({ length: 10 }, (_, i): [number, number, number] => [255 - i, i, 7]);
    writeFileSync(join(labels, '0.png'), encodeIndexedPng({ ...size, data: grey, palette }));
    writeFileSync(
      join(labels, '1.png'),
      encodeRgbPng({ ...size, data: Uint8Array.from({ length: 600 }, (_, i) => grey[Math.floor(i / 3)]!) }),
    );
    writeFileSync(
      join(labels, '2.png'),
      encodeGrey16Png({ ...size, data: Uint16Array.from(grey, (v) => v * 256) }),
    );
    writeFileSync(
      join(labels, '3.png'),
      encodeRgbPng({ ...size, data: Uint8Array.from({ length: 600 }, (_, i) => i % 256) }),
    );
    const report = await importImages(project, {
      paths: [images],
      labels,
      map: '5=a,9=b,1280=a,2304=b',
    });
    expect(report).toMatchObject({ images: 4, labelled: 3, skipped: 1 });
    for (const id of [1, 2, 3]) expect(labelCounts(project.store).get(id)).toEqual([0, 100, 100]);
    expect(report.files[3]?.reason).toContain('colour');
  });

  test('come later to images that have none, and are not replaced unasked', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    const { images, labels } = writePictures(folder, 2);
    await importImages(project, { paths: [images] });
    const added = await importImages(project, { paths: [images], labels });
    expect(added).toMatchObject({ images: 0, labelled: 2, skipped: 0 });

    writePng(join(labels, '0.png'), () => 2);
    const kept = await importImages(project, { paths: [images], labels });
    expect(kept).toMatchObject({ images: 0, labelled: 0, skipped: 2 });
    expect(labelCounts(project.store).get(1)).toEqual([0, 100, 100]);

    await importImages(project, { paths: [images], labels, replaceLabels: true });
    expect(labelCounts(project.store).get(1)).toEqual([0, 0, 200]);
  });

  test('for a folder without a single pair is an error', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    const { images } = writePictures(folder, 2);
    mkdirSync(join(folder, 'empty'));
    const attempt = importImages(project, { paths: [images], labels: join(folder, 'empty') });
    await expect(attempt).rejects.toThrow(withCode('bad-labels'));
    expect(existsSync(images)).toBe(true);
  });
});
