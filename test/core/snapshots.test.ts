import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { writeSnapshot } from '../../src-main/core/snapshots.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import { SNAPSHOT_FILE } from '../../src-main/shared/snapshot.js';
import { setSplit } from '../../src-main/store/images.js';
import { loadMask, saveMask } from '../../src-main/store/masks.js';
import { temporaryProject, writePictures, writePng } from './temporary-project.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

async function labelledProject() {
  const made = temporaryProject(['left', 'right']);
  const { images, labels } = writePictures(made.folder, 4);
  await importImages(made.project, { paths: [images], labels });
  await importImages(made.project, {
    paths: [writePng(join(made.folder, 'more', 'unlabelled.png'), (x) => x)],
  });
  setSplit(made.project.store, [2], 'val');
  setSplit(made.project.store, [3], 'test');
  return { ...made, images, target: join(made.folder, 'run', 'snapshot') };
}

describe('a snapshot', () => {
  test('holds the labelled images of the asked splits, undecided ones as training images', async () => {
    const { project, images, target } = await labelledProject();
    const snapshot = await writeSnapshot(project, target, { splits: ['train', 'val'] });
    expect(snapshot.images.map(({ name, split }) => [name, split])).toEqual([
      ['0.png', 'train'],
      ['1.png', 'val'],
      ['3.png', 'train'],
    ]);
    expect(JSON.parse(readFileSync(join(target, SNAPSHOT_FILE), 'utf8'))).toEqual(snapshot);
    expect(snapshot.classes.map((info) => info.name)).toEqual(['left', 'right']);
    expect(snapshot.images[0]).toMatchObject({ path: join(images, '0.png'), pixelsByValue: [0, 100, 100] });
  });

  test('says of each image how many labels came from a model and were left as they were', async () => {
    const { project, target } = await labelledProject();
    const size = { width: 20, height: 10 };
    const swapped = Uint8Array.from({ length: 200 }, (_, i) => (i < 100 ? 1 : 2));
    saveMask(project.store, 1, { ...size, data: swapped }, { author: 'model', title: 'Accept' });
    const changed = swapped.filter((value, i) => value !== (i % 20 < 10 ? 1 : 2)).length;
    const { images } = await writeSnapshot(project, target, { classes: [1, 2] });
    expect(images.map(({ modelPixels }) => modelPixels)).toEqual([changed, 0, 0, 0]);
    const one = await writeSnapshot(project, `${target}-one`, { classes: [1] });
    expect(one.images[0]!.modelPixels).toBe(swapped.filter((value, i) => value === 1 && i % 20 >= 10).length);
  });

  test('has masks of exactly the label values, and painting on changes none of them', async () => {
    const { project, target } = await labelledProject();
    const truth = loadMask(project.store, 1)!.data;
    const snapshot = await writeSnapshot(project, target);
    saveMask(project.store, 1, { width: 20, height: 10, data: new Uint8Array(200).fill(2) });
    const mask = await decodeLabelImage(join(target, snapshot.images[0]!.mask));
    expect(mask.data).toEqual(truth);
    expect(snapshot.images).toHaveLength(4);
  });

  test('is refused with the name of a changed image, and nothing is left of it', async () => {
    const { project, images, target, folder } = await labelledProject();
    writeFileSync(join(images, '1.png'), 'something else');
    await expect(writeSnapshot(project, target)).rejects.toThrow(withCode('changed'));
    await expect(writeSnapshot(project, target)).rejects.toThrow('1.png');
    expect(existsSync(join(folder, 'run'))).toBe(false);
    await expect(writeSnapshot(project, target, { splits: ['test'] })).resolves.toBeDefined();
  });

  test('of nothing labelled is refused', async () => {
    const { project, folder } = temporaryProject(['left', 'right']);
    await importImages(project, { paths: [writePictures(folder, 1).images] });
    await expect(writeSnapshot(project, join(folder, 's'))).rejects.toThrow(withCode('nothing-to-train'));
  });

  test('that is stopped or stands in the way leaves what was there', async () => {
    const { project, target, folder } = await labelledProject();
    const stopped = writeSnapshot(project, target, {}, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow(withCode('stopped'));
    expect(readdirSync(join(folder, 'run'))).toEqual([]);
    await writeSnapshot(project, target);
    await expect(writeSnapshot(project, target)).rejects.toThrow(withCode('exists'));
  });
});
