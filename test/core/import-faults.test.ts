/** What an import makes of odd pictures and labels, and of files and folders that change or go while it runs. */
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importImages, type ImportReport } from '../../src-main/core/import.js';
import { alikeImages } from '../../src-main/core/leak-guard.js';
import { splitProject } from '../../src-main/core/splits.js';
import { requireTrainable } from '../../src-main/core/training-checks.js';
import { listImageHashes } from '../../src-main/store/image-hashes.js';
import { listImages } from '../../src-main/store/images.js';
import { labelCounts } from '../../src-main/store/masks.js';
import { encodeFloatTiff } from '../engine/float-tiff.js';
import { temporaryProject, writePictures, writePng } from './temporary-project.js';

const reasons = ({ files }: ImportReport) =>
  files.map(({ path, state, reason }) => [basename(path), state, reason] as const);

describe('odd pictures', () => {
  test('of NaN, of one value, and of a single pixel are imported and like no other', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    const images = join(folder, 'images');
    const labels = join(folder, 'labels');
    mkdirSync(images);
    const floats = (value: (i: number) => number) =>
      encodeFloatTiff(
        20,
        10,
        Float32Array.from({ length: 200 }, (_, i) => value(i)),
      );
    writeFileSync(
      join(images, 'nan.tif'),
      floats(() => NaN),
    );
    writeFileSync(
      join(images, 'some-nan.tif'),
      floats((i) => (i % 7 === 0 ? NaN : Math.sin(i))),
    );
    writeFileSync(
      join(images, 'infinite.tif'),
      floats((i) => (i % 2 ? Infinity : -Infinity)),
    );
    writePng(join(images, 'black.png'), () => 0);
    writePng(join(images, 'white.png'), () => 255);
    writePng(join(images, 'pixel.png'), () => 9, { width: 1, height: 1 });
    writePng(join(images, 'line.png'), (x) => x * 3, { width: 20, height: 1 });
    for (const name of ['nan', 'some-nan', 'infinite', 'black', 'white'])
      writePng(join(labels, `${name}.png`), (x) => (x < 10 ? 1 : 2));
    const report = await importImages(project, { paths: [images], labels });
    expect(report).toMatchObject({ images: 7, labelled: 5, skipped: 0 });
    const hashes = listImageHashes(project.store);
    const looks = listImages(project.store).map(({ id, name }) => [name, hashes.get(id) !== null]);
    expect(looks.filter(([, looked]) => looked).map(([name]) => name)).toEqual(['line.png', 'some-nan.tif']);
    expect(alikeImages(project)).toEqual([]);
  });

  test('that are one only are trained on: there is none to hold out', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    const { images, labels } = writePictures(folder, 1);
    await importImages(project, { paths: [images], labels });
    expect(splitProject(project, { val: 0.3, test: 0.3 })).toEqual({ train: 1, val: 0, test: 0 });
    expect(() => requireTrainable(project)).not.toThrow();
  });
});

describe('odd labels', () => {
  test('without a labelled pixel are said to be void, and cannot be trained on', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    const { images, labels } = writePictures(folder, 2);
    for (const name of ['0.png', '1.png']) writePng(join(labels, name), () => 0);
    const report = await importImages(project, { paths: [images], labels, map: '0=void,1=left,2=right' });
    expect(report).toMatchObject({ images: 2, labelled: 0 });
    expect(reasons(report).map(([, , reason]) => reason)).toEqual(
      Array(2).fill('its labels are void everywhere'),
    );
    expect(() => requireTrainable(project)).toThrow(/No pixel of the 2 images is labelled/);
  });

  test('of another size, damaged or in colour are left out one by one, each with its reason', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    const { images, labels } = writePictures(folder, 4);
    writePng(join(labels, '0.png'), () => 1, { width: 10, height: 20 });
    writeFileSync(join(labels, '1.png'), 'no picture');
    rmSync(join(labels, '2.png'));
    const report = await importImages(project, { paths: [images], labels });
    expect(report).toMatchObject({ images: 4, labelled: 1, skipped: 2 });
    expect(report.files.map(({ labelsLeftOut }) => labelsLeftOut)).toEqual([true, true, false, false]);
    const [size, damaged, none, good] = reasons(report).map(([, , reason]) => reason);
    expect(size).toMatch(/^its labels were left out: 0\.png is 10 × 20 px and 0\.png is 20 × 10$/);
    expect(damaged).toMatch(/^its labels were left out: 1\.png cannot be read/);
    expect([none, good]).toEqual([null, null]);
    expect([...labelCounts(project.store).keys()]).toEqual([4]);
  });

  test('with values that no class has import nothing and show a map to copy', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    const { images, labels } = writePictures(folder, 2);
    writePng(join(labels, '1.png'), (x) => (x === 3 ? 200 : 1));
    const attempt = importImages(project, { paths: [images], labels });
    await expect(attempt).rejects.toThrow(
      /no class of the project has 200.*--map .*; nothing was imported\.$/,
    );
    expect(listImages(project.store)).toEqual([]);
  });
});

describe('files that go or change while they are imported', () => {
  /** Imports eight labelled pictures and meddles once the first has been read. */
  async function meddling(meddle: (folder: string) => void) {
    const { project, folder } = temporaryProject(['left', 'right']);
    const { images, labels } = writePictures(folder, 8);
    const onEvent = ({ done }: { done: number }) => done === 1 && meddle(folder);
    const report = await importImages(project, { paths: [images], labels }, { onEvent });
    return { project, report };
  }

  test('an image that was deleted is left out, and the others are imported', async () => {
    const { project, report } = await meddling((folder) => rmSync(join(folder, 'images', '6.png')));
    expect(report).toMatchObject({ images: 7, labelled: 7, skipped: 1 });
    expect(reasons(report)[6]).toEqual(['6.png', 'failed', 'it is no longer there']);
    expect(listImages(project.store).map(({ name }) => name)).not.toContain('6.png');
  });

  test('labels that were deleted are left out, and their image is imported', async () => {
    const { report } = await meddling((folder) => rmSync(join(folder, 'labels', '6.png')));
    expect(report).toMatchObject({ images: 8, labelled: 7, skipped: 1 });
    expect(reasons(report)[6]?.[2]).toMatch(/^its labels were left out: .*6\.png/);
  });

  test('a folder that disappears leaves what was read until then', async () => {
    const { project, report } = await meddling((folder) =>
      renameSync(join(folder, 'images'), join(folder, 'gone')),
    );
    expect(report.files).toHaveLength(8);
    expect(report.images).toBe(listImages(project.store).length);
    expect(report.images).toBeGreaterThanOrEqual(1);
    expect(report.images).toBeLessThan(8);
    const lost = report.files.filter(({ state }) => state === 'failed');
    expect(lost).toHaveLength(8 - report.images);
    for (const { reason } of lost) expect(reason).toMatch(/no longer there|does not exist/);
  });

  test('an image that is written to while it is read is not taken half old and half new', async () => {
    const { project, folder } = temporaryProject();
    const path = writePng(join(folder, 'growing.png'), (x, y) => (x * y) % 256, {
      width: 1500,
      height: 1500,
    });
    // Something is appended again and again until the import is over: whichever step it meets, the outcome is one of two.
    const timer = setInterval(() => appendFileSync(path, 'more'), 1);
    const report = await importImages(project, { paths: [path] }).finally(() => clearInterval(timer));
    if (report.images === 0) {
      expect(reasons(report)[0]?.[1]).toBe('failed');
      expect(listImages(project.store)).toEqual([]);
    } else expect(reasons(report)[0]?.[1]).toBe('imported');
  });
});
