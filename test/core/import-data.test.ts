import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { projectInfo } from '../../src-main/core/project-info.js';
import type { Project } from '../../src-main/core/projects.js';
import { listImages } from '../../src-main/store/images.js';
import { labelCounts, loadMask } from '../../src-main/store/masks.js';
import { decodeImage } from '../../src-main/pixels/decode.js';
import { runPython } from '../python.js';
import { describeWithData, sharedData } from '../shared-data.js';
import { temporaryProject } from './temporary-project.js';

type Counts = Record<string, Record<string, number>>;

/** Pixels of each stored value in each label file of a data set, as Pillow counts them. */
async function countedByPillow(dataSet: string): Promise<Counts> {
  const script = join(import.meta.dirname, '../python/label_counts.py');
  const { stdout } = await runPython(script, [sharedData(dataSet, 'labels')]);
  return JSON.parse(stdout) as Counts;
}

/** What the project counts, by image name and stored value. */
function countedByProject(project: Project, values: Record<number, number>): Counts {
  const counts = labelCounts(project.store);
  return Object.fromEntries(
    listImages(project.store).map((image) => [
      image.name,
      Object.fromEntries(
        Object.entries(values)
          .map(([stored, label]) => [stored, counts.get(image.id)?.[label] ?? 0] as const)
          .filter(([, pixels]) => pixels > 0),
      ),
    ]),
  );
}

describeWithData('importing real data', () => {
  test.each([
    {
      set: 'membrane',
      map: '0-127=membrane,128-255=cell',
      values: { 0: 1, 255: 2 },
      twice: null,
      train: 24,
      test: 6,
    },
    {
      set: 'dsb2018_fluo',
      map: '0=background,255=nucleus',
      values: { 0: 1, 255: 2 },
      twice: null,
      train: 80,
      test: 20,
    },
    {
      set: 'wbc_d1',
      map: '0=background,128=cytoplasm,255=nucleus',
      values: { 0: 1, 128: 2, 255: 3 },
      // One picture is there twice under two names: 139.png has the bytes of 112.png.
      twice: '139.png',
      train: 74,
      test: 25,
    },
  ])('$set has the splits of its lists and every label pixel that Pillow counts', async (row) => {
    const { project } = temporaryProject();
    const report = await importImages(project, { paths: [sharedData(row.set)], format: 'voc', map: row.map });
    expect(report).toMatchObject({
      images: row.train + row.test,
      labelled: row.train + row.test,
      skipped: row.twice ? 1 : 0,
    });
    const known = report.files.filter((file) => file.state === 'known').map((file) => basename(file.path));
    expect(known).toEqual(row.twice ? [row.twice] : []);
    expect(report.classesAdded.map((info) => info.name)).toEqual(
      row.map.split(',').map((part) => part.split('=')[1]),
    );
    const info = await projectInfo(project);
    expect([info.splits.train.total, info.splits.test.total]).toEqual([row.train, row.test]);
    expect(info.files).toEqual([]);
    const { [row.twice ?? '']: _, ...counted } = await countedByPillow(row.set);
    expect(countedByProject(project, row.values)).toEqual(counted);
  });

  test('auto knows the layout too, and a mask is the label picture pixel by pixel', async () => {
    const { project } = temporaryProject();
    await importImages(project, { paths: [sharedData('membrane')], map: '0-127=membrane,128-255=cell' });
    const image = listImages(project.store).find((row) => row.name === '7.png')!;
    const truth = await decodeImage(sharedData('membrane/labels/7.png'));
    expect(loadMask(project.store, image.id)?.data).toEqual(
      Uint8Array.from(truth.data, (value) => (value <= 127.5 ? 1 : 2)),
    );
  });

  test('without a map the values found and a map to copy are shown, and nothing is imported', async () => {
    const { project } = temporaryProject();
    const attempt = importImages(project, { paths: [sharedData('dsb2018_fluo')] });
    await expect(attempt).rejects.toThrow('--map 0=background,255=object');
    await expect(attempt).rejects.toThrow('0 and 255');
    expect(listImages(project.store)).toEqual([]);
  });

  test('an instance map becomes one class by a range', async () => {
    const { project } = temporaryProject();
    const report = await importImages(project, {
      paths: [sharedData('dsb2018_fluo/images')],
      labels: sharedData('dsb2018_fluo/instances'),
      map: '0=background,1-65535=nucleus',
    });
    expect(report.labelled).toBe(100);
    const counts = await countedByPillow('dsb2018_fluo');
    const nuclei = Object.values(counts).reduce((sum, file) => sum + (file['255'] ?? 0), 0);
    expect((await projectInfo(project)).classes[1]).toMatchObject({ name: 'nucleus', pixels: nuclei });
  });

  test('a stack gives its pages as images of one group, with the pages of a label stack', async () => {
    const { project } = temporaryProject();
    const report = await importImages(project, {
      paths: [sharedData('membrane/tif/train-volume.tif')],
      labels: sharedData('membrane/tif/train-labels.tif'),
      map: '0-127=membrane,128-255=cell',
    });
    expect(report).toMatchObject({ images: 30, labelled: 30 });
    const info = await projectInfo(project);
    expect(info).toMatchObject({ groups: 1, images: { total: 30, labelled: 30 } });
    expect(listImages(project.store)[29]).toMatchObject({ name: 'train-volume.tif:30', page: 29 });
    const counts = await countedByPillow('membrane');
    const membrane = Object.values(counts).reduce((sum, file) => sum + (file['0'] ?? 0), 0);
    expect(info.classes[0]).toMatchObject({ name: 'membrane', pixels: membrane });
  });

  test('the VOC folder of the tutorial keeps palette indices', async () => {
    const { project, folder } = temporaryProject();
    cpSync(sharedData('interop/bubbliiiing_voc'), join(folder, 'voc'), { recursive: true });
    const report = await importImages(project, {
      paths: [join(folder, 'voc')],
      format: 'voc',
      map: '0=background,8=cat',
    });
    expect(report).toMatchObject({ images: 1, labelled: 1 });
    const info = await projectInfo(project);
    expect(info.kinds[0]).toMatchObject({ width: 950, height: 634, channels: 3 });
    expect(info.classes.reduce((sum, row) => sum + row.pixels, 0)).toBe(950 * 634);
  });
});
