/** Labels written for other programs, read back by Pillow, tifffile and scipy's idea of objects. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportLabels } from '../../src-main/core/exports.js';
import { exportNames } from '../../src-main/core/exports-names.js';
import { importImages } from '../../src-main/core/import.js';
import type { Project } from '../../src-main/core/projects.js';
import type { ExportFormat } from '../../src-main/shared/app-api.js';
import { listImages } from '../../src-main/store/images.js';
import { saveMask } from '../../src-main/store/masks.js';
import { runPython } from '../python.js';
import { temporaryProject, writePng } from './temporary-project.js';

const WIDTH = 20;
const HEIGHT = 10;
/** Two nuclei that touch by a corner, one apart, and background; void at the right. */
const PICTURE = [
  '1111111111111111    ',
  '1122111111111111    ',
  '1122111113331111    ',
  '1111221113331111    ',
  '1111221111111111    ',
  '1111111111111111    ',
  '1111111111112221    ',
  '1111111111112221    ',
  '1111111111111111    ',
  '1111111111111111    ',
];
const VALUES = PICTURE.map((row) => [...row].map(Number));

async function labelledProject(
  pixelSizeUm: number | null = null,
): Promise<{ project: Project; folder: string }> {
  const { project, folder } = temporaryProject(['background', 'nucleus', 'debris']);
  writePng(join(folder, 'images', 'cell.png'), (x, y) => x * 10 + y, { width: WIDTH, height: HEIGHT });
  writePng(join(folder, 'images', 'empty.png'), (x, y) => x * 9 + y, { width: WIDTH, height: HEIGHT });
  await importImages(project, { paths: [join(folder, 'images')] });
  const [cell] = listImages(project.store);
  project.store.sql('update image set pixel_size_um = ?').run(pixelSizeUm);
  saveMask(project.store, cell!.id, { width: WIDTH, height: HEIGHT, data: Uint8Array.from(VALUES.flat()) });
  return { project, folder };
}

async function readBack(...files: string[]): Promise<Record<string, unknown>[]> {
  const script = resolve(import.meta.dirname, '../python/label_exports.py');
  const { stdout } = await runPython(script, files);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function exported(
  format: ExportFormat,
  pixelSizeUm: number | null = null,
): Promise<Record<string, unknown>> {
  const { project, folder } = await labelledProject(pixelSizeUm);
  const output = join(folder, 'out');
  const { files } = await exportLabels(project, { format, folder: output, ids: null, overwrite: false });
  expect(files).toEqual([{ name: readdirSync(output)[0], reason: null }]);
  expect(readdirSync(output)).toHaveLength(1);
  return (await readBack(join(output, files[0]!.name)))[0]!;
}

test('an indexed PNG holds the label values and the colours of the classes', async () => {
  expect(await exported('indexed-png')).toEqual({
    mode: 'P',
    palette: [0, 0, 0, 0xe6, 0x9f, 0x00, 0x56, 0xb4, 0xe9, 0x00, 0x9e, 0x73],
    shape: [HEIGHT, WIDTH],
    values: VALUES,
  });
});

test('an ImageJ TIFF has the values, the lookup table, the pixel size and its unit', async () => {
  const read = await exported('imagej', 0.325);
  expect(read).toMatchObject({
    imagej: true,
    unit: 'micron',
    max: 255,
    dtype: 'uint8',
    values: VALUES,
    lut: [
      [0, 0xe6, 0x56, 0x00],
      [0, 0x9f, 0xb4, 0x9e],
      [0, 0x00, 0xe9, 0x73],
    ],
    pillowAgrees: true,
  });
  for (const size of read['micrometresPerPixel'] as number[]) expect(size).toBeCloseTo(0.325, 7);
});

test('instances are counted by class, joined by corners, and the background is none', async () => {
  const read = await exported('instances');
  const expected = VALUES.map((row, y) =>
    row.map((value) => (value === 2 ? (y > 5 ? 3 : 1) : value === 3 ? 2 : 0)),
  );
  expect(read).toMatchObject({
    dtype: 'uint16',
    values: expected,
    lut: null,
    imagej: true,
    pillowAgrees: true,
  });
});

test('an overlay is the picture with a strip of legend and scale bar below it', async () => {
  const plain = await exported('overlay');
  const sized = await exported('overlay', 0.5);
  const [height, width] = plain['shape'] as [number, number];
  expect([plain['mode'], width]).toEqual(['RGB', WIDTH]);
  expect(height).toBeGreaterThan(HEIGHT);
  expect((sized['shape'] as number[])[0]).toBeGreaterThan(height);
});

test('nothing is overwritten unasked, and asked for it is', async () => {
  const { project, folder } = await labelledProject();
  const options = { format: 'indexed-png' as const, folder: join(folder, 'out'), ids: null };
  await exportLabels(project, { ...options, overwrite: false });
  const file = join(folder, 'out', 'cell_mask.png');
  const whole = readFileSync(file);
  writeFileSync(file, 'mine');
  const { files } = await exportLabels(project, { ...options, overwrite: false });
  expect(files[0]!.reason).toContain('there already');
  expect(readFileSync(file, 'utf8')).toBe('mine');
  await exportLabels(project, { ...options, overwrite: true });
  expect(readFileSync(file).equals(whole)).toBe(true);
});

test('an export that is stopped leaves whole files only, and one without labels says so', async () => {
  const { project, folder } = await labelledProject();
  const ids = listImages(project.store).map(({ id }) => id);
  const options = { format: 'imagej' as const, folder: join(folder, 'out'), ids, overwrite: false };
  const stop = new AbortController();
  const stopped = exportLabels(project, options, { signal: stop.signal, onEvent: () => stop.abort() });
  await expect(stopped).rejects.toMatchObject({ code: 'stopped' });
  expect(readdirSync(join(folder, 'out'))).toEqual(['cell_labels.tif']);
  const { files } = await exportLabels(project, { ...options, overwrite: true });
  expect(files.map(({ reason }) => reason)).toEqual([null, 'empty.png has no labels']);
  const none = exportLabels(project, { ...options, ids: [ids[1]! + 1000] });
  await expect(none).rejects.toMatchObject({ code: 'not-found' });
  const nowhere = exportLabels(project, { ...options, folder: join(folder, 'no', 'such') });
  await expect(nowhere).rejects.toMatchObject({ code: 'not-found' });
  expect(existsSync(join(folder, 'no'))).toBe(false);
});

describe('names of exported files', () => {
  test('keep the image recognisable, unique and inside the folder', () => {
    const images = [
      ['cell.png', 0],
      ['a.png', 0],
      ['a.tif', 0],
      ['stack.ome.tif:12', 11],
      ['plate 1/cell.jpg', 0],
      ['../../etc/x.png', 0],
      ['..', 0],
      ['CELL.bmp', 0],
      ['<b>.png', 0],
    ] as const;
    const names = exportNames(images.map(([name, page]) => ({ name, page })));
    expect(names).toEqual([
      'cell_png',
      'a_png',
      'a_tif',
      'stack_p012',
      'plate 1_cell',
      '__.._etc_x',
      '_',
      'CELL_bmp',
      '_b_',
    ]);
  });

  test('are cut where a file system would refuse them', () => {
    const [name] = exportNames([{ name: `${'ä'.repeat(250)}.png`, page: 0 }]);
    expect(Buffer.byteLength(name!)).toBeLessThanOrEqual(200);
  });
});
