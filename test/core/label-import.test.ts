/** Label pictures of other tools, made by Pillow and tifffile, brought into a project. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import { createDecoderPool } from '../../src-main/core/decoding.js';
import { exportLabels } from '../../src-main/core/exports.js';
import { importImages } from '../../src-main/core/import.js';
import { importLabelFiles, previewLabelFiles } from '../../src-main/core/label-import.js';
import type { Project } from '../../src-main/core/projects.js';
import { encodeRgbPng } from '../../src-main/pixels/png.js';
import { listImages } from '../../src-main/store/images.js';
import { loadMask } from '../../src-main/store/masks.js';
import { projectHistory, undoProject } from '../../src-main/store/project-history.js';
import { runPython } from '../python.js';
import { twoPageTiff } from '../cli/two-page-tiff.js';
import { temporaryProject, writePng } from './temporary-project.js';

const PIXELS = 200;

async function pictures(classes: string[], count = 2) {
  const { project, folder } = temporaryProject(classes);
  for (let n = 0; n < count; n++)
    writePng(join(folder, 'images', `${n}.png`), (x, y) => x * 7 + y * 3 + n * 11);
  if (count) await importImages(project, { paths: [join(folder, 'images')] });
  const pool = createDecoderPool();
  onTestFinished(() => pool.close());
  return { project, folder, pool, labels: join(folder, 'labels') };
}

const maskOf = (project: Project, index: number): number[] => {
  const mask = loadMask(project.store, listImages(project.store)[index]!.id);
  return mask ? [...mask.data] : [];
};
const halves = (left: number, right: number, pixels = PIXELS): number[] =>
  Array.from({ length: pixels }, (_, i) => (i % 20 < 10 ? left : right));

test('grey masks are paired by name, their values shown, and all of it is one undoable step', async () => {
  const { project, pool, labels } = await pictures(['background', 'cell']);
  writePng(join(labels, '0.png'), (x) => (x < 10 ? 0 : 255));
  writePng(join(labels, 'deeper', '1_mask.png'), (x) => (x < 10 ? 0 : 255));
  writePng(join(labels, 'other.png'), () => 0);
  const preview = await previewLabelFiles(project, pool, [labels]);
  expect(preview.pairs.map(({ image }) => image)).toEqual(['0.png', '1.png']);
  expect(preview.unmatched).toEqual([
    { name: join(labels, 'other.png'), reason: 'no image of the project has its name' },
  ]);
  expect(preview.values).toEqual([
    { value: '0', pixels: 200, suggestedClass: 1 },
    { value: '255', pixels: 200, suggestedClass: 2 },
  ]);
  const map = { 0: 1, 255: 2 };
  const { imageIds } = await importLabelFiles(project, pool, { paths: [labels], map, replace: false });
  expect(imageIds).toHaveLength(2);
  expect(maskOf(project, 0)).toEqual(halves(1, 2));
  expect(projectHistory(project.store)).toEqual({ undo: 'Import labels of 2 images', redo: null });
  const kept = await importLabelFiles(project, pool, {
    paths: [labels],
    map: { 0: 2, 255: 2 },
    replace: false,
  });
  expect(kept.imageIds).toEqual([]);
  expect(kept.files[0]!.reason).toContain('has labels already');
  undoProject(project.store);
  expect(maskOf(project, 0).every((value) => value === 0)).toBe(true);
});

test('colours of a palette are values, and a photograph is no label picture', async () => {
  const { project, pool, labels } = await pictures(['a', 'b']);
  mkdirSync(labels);
  const rgb = (colour: (i: number) => number[]) =>
    encodeRgbPng({
      width: 20,
      height: 10,
      data: Uint8Array.from(Array.from({ length: PIXELS }, (_, i) => colour(i)).flat()),
    });
  writeFileSync(
    join(labels, '0.png'),
    rgb((i) => (i % 20 < 10 ? [230, 159, 0] : [0, 0, 0])),
  );
  writeFileSync(
    join(labels, '1.png'),
    rgb((i) => [(i * 89) % 251, i, 7]),
  );
  const preview = await previewLabelFiles(project, pool, [labels]);
  expect(preview.values).toContainEqual({ value: '#e69f00', pixels: 100, suggestedClass: 1 });
  expect(preview.values).toContainEqual({ value: '#000000', pixels: 100, suggestedClass: 0 });
  const { files } = await importLabelFiles(project, pool, {
    paths: [labels],
    map: { '#e69f00': 2, '#000000': 0 },
    replace: true,
  });
  expect(files[0]!.reason).toBeNull();
  expect(files[1]!.reason).toContain('nothing says what that is');
  expect(maskOf(project, 0)).toEqual(halves(2, 0));
});

test('indexed PNGs of Pillow and 16-bit TIFFs of tifffile keep their numbers', async () => {
  const { project, pool, labels } = await pictures(['a', 'b', 'c']);
  mkdirSync(labels);
  const script = resolve(import.meta.dirname, '../python/label_files.py');
  await runPython(script, [labels]);
  const preview = await previewLabelFiles(project, pool, [labels]);
  expect(preview.values.map(({ value, pixels }) => [value, pixels])).toEqual([
    ['1', 100],
    ['3', 100],
    ['300', 100],
    ['40000', 100],
  ]);
  const map = { 1: 1, 3: 3, 300: 2, 40000: 0 };
  await importLabelFiles(project, pool, { paths: [labels], map, replace: false });
  expect(maskOf(project, 0)).toEqual(halves(1, 3));
  expect(maskOf(project, 1)).toEqual(halves(2, 0));
});

test('what was exported comes back the same, pages of a stack included', async () => {
  const { project, pool, folder } = await pictures(['a', 'b'], 0);
  const stack = join(folder, 'stack.tif');
  writeFileSync(stack, twoPageTiff(20));
  await importImages(project, { paths: [stack] });
  const labels = join(folder, 'labels');
  const size = { width: 20, height: 20 };
  writePng(join(labels, 'stack_p001.png'), (x) => (x < 10 ? 1 : 2), size);
  writePng(join(labels, 'stack_p002.png'), (x) => (x < 10 ? 2 : 0), size);
  const map = { 0: 0, 1: 1, 2: 2 };
  expect(
    (await previewLabelFiles(project, pool, [labels])).values.map(({ suggestedClass }) => suggestedClass),
  ).toEqual([0, 1, 2]);
  await importLabelFiles(project, pool, { paths: [labels], map, replace: false });
  for (const format of ['indexed-png', 'imagej'] as const) {
    const output = join(folder, format);
    await exportLabels(project, { format, folder: output, ids: null, overwrite: false });
    await importLabelFiles(project, pool, { paths: [output], map: { 0: 0, 1: 2, 2: 1 }, replace: true });
    expect([maskOf(project, 0), maskOf(project, 1)]).toEqual([halves(2, 1, 400), halves(1, 0, 400)]);
    undoProject(project.store);
    expect([maskOf(project, 0), maskOf(project, 1)]).toEqual([halves(1, 2, 400), halves(2, 0, 400)]);
  }
});

test('labels of another size are left out, and a table of unknown classes is refused', async () => {
  const { project, pool, labels } = await pictures(['a']);
  writePng(join(labels, '0.png'), () => 1, { width: 21, height: 10 });
  writePng(join(labels, '1.png'), () => 1);
  const options = { paths: [labels], map: { 1: 1 }, replace: false };
  const { files, imageIds } = await importLabelFiles(project, pool, options);
  expect(files[0]!.reason).toBe('it is 21 × 10 px and 0.png is 20 × 10');
  expect(imageIds).toHaveLength(1);
  await expect(importLabelFiles(project, pool, { ...options, map: { 1: 2 } })).rejects.toMatchObject({
    code: 'usage',
  });
});

test('an import that is stopped imports nothing', async () => {
  const { project, pool, labels } = await pictures(['a']);
  for (const n of [0, 1]) writePng(join(labels, `${n}.png`), () => 1);
  const stop = new AbortController();
  const stopped = importLabelFiles(
    project,
    pool,
    { paths: [labels], map: { 1: 1 }, replace: false },
    { signal: stop.signal, onEvent: ({ done }) => done === 1 && stop.abort() },
  );
  await expect(stopped).rejects.toMatchObject({ code: 'stopped' });
  expect([maskOf(project, 0), maskOf(project, 1)]).toEqual([[], []]);
});
