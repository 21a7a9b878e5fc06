/** `brushfield measure`: tables of label masks, read back by Python. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src-main/disk/package-root.js';
import { writePng } from '../core/temporary-project.js';
import { runPython } from '../python.js';
import { brushfield } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';

const folder = suiteFolder();
const sample = join(packageRoot(), 'resources', 'sample');
type Row = Record<string, string>;

async function tables(...paths: string[]): Promise<Row[][]> {
  const script = resolve(import.meta.dirname, '../python/measurement_tables.py');
  return JSON.parse((await runPython(script, paths)).stdout) as Row[][];
}

test('the sample’s nuclei are measured with units where a file has them, and counted by class', async () => {
  const output = join(folder, 'nuclei.csv');
  const args = ['measure', '--labels', join(sample, 'labels'), '--images', join(sample, 'images')];
  const map = ['--map', '1=background,2=nucleus'];
  const { code, stdout } = await brushfield([...args, ...map, '--output', output, '--json']);
  expect(code).toBe(0);
  const [objects, images] = await tables(output, join(folder, 'nuclei_images.csv'));
  expect(JSON.parse(stdout)).toMatchObject({ objects: objects!.length });
  expect(new Set(objects!.map((row) => row['image']))).toEqual(new Set(readdirSync(join(sample, 'images'))));
  expect(new Set(objects!.map((row) => row['class']))).toEqual(new Set(['nucleus']));
  for (const row of objects!.filter(({ image }) => image!.endsWith('.tif')))
    expect(Number(row['area_um2'])).toBeCloseTo(Number(row['area']) * 0.65 ** 2, 3);
  for (const row of objects!.filter(({ image }) => image!.endsWith('.png'))) expect(row['area_um2']).toBe('');
  const nuclei = images!.filter((row) => row['class'] === 'nucleus');
  expect(nuclei).toHaveLength(16);
  for (const { image, objects: count, pixels } of nuclei) {
    const own = objects!.filter((row) => row['image'] === image);
    expect(own).toHaveLength(Number(count));
    expect(own.reduce((sum, { area }) => sum + Number(area), 0)).toBe(Number(pixels));
  }
  expect(images!.find((row) => row['class'] === 'background')!['objects']).toBe('');

  expect(await brushfield([...args, '--output', output])).toMatchObject({ code: 1, stdout: '' });
});

test('numbered objects keep their numbers, names come back as they are, and what does not fit is named', async () => {
  const [labels, images] = [join(folder, 'labels'), join(folder, 'images')];
  const name = '=1+1, "cells" 细胞';
  writePng(join(labels, 'a', `${name}_mask.png`), (x, y) => (y < 2 ? 0 : x < 10 ? 40 : 7));
  writePng(join(images, 'a', `${name}.png`), (x) => x);
  writePng(join(labels, 'small_mask.png'), () => 1, { width: 8, height: 8 });
  writePng(join(images, 'small.png'), (x) => x);
  writeFileSync(join(labels, 'broken_mask.png'), 'no picture');
  copyFileSync(join(images, 'small.png'), join(images, 'broken.png'));
  writePng(join(labels, 'alone_mask.png'), () => 1);
  const output = join(folder, 'tables', 'objects.csv');
  const args = ['--labels', labels, '--images', images, '--recursive', '--objects', '--pixel-size', '0.5'];
  const { code, stderr } = await brushfield(['measure', ...args, '--output', output]);
  expect(code).toBe(3);
  expect(stderr).toContain('small.png was not measured: its labels have 8 × 8 px and the image 20 × 10.');
  expect(stderr).toContain('alone_mask.png was not measured: no image has its name.');
  expect(stderr).toContain('broken.png was not measured: ');
  const [objects] = await tables(output);
  expect(objects).toHaveLength(2);
  expect(objects![0]).toMatchObject({
    // Quoted, so that no spreadsheet computes it: folders come first here.
    image: `a/${name}.png`,
    label: '7',
    class: 'object',
    area: '80',
    area_um2: '20',
    'centroid-0': '5.5',
    'centroid-1': '14.5',
    touches_border: '1',
    'intensity_mean-0': '14.5',
    'intensity_max-0': '19',
  });
  expect(objects![1]).toMatchObject({ label: '40', 'bbox-0': '2', 'bbox-3': '10' });
});

test('touching objects are taken apart, and specks and cut objects left out, when that is asked for', async () => {
  const labels = join(folder, 'touching');
  const disc = (x: number, y: number, cx: number, radius: number) => Math.hypot(x - cx, y - 20) <= radius;
  writePng(
    join(labels, 'a.png'),
    (x, y) => (x > 56 ? 1 : y === 2 && x === 3 ? 1 : disc(x, y, 15, 10) || disc(x, y, 33, 10) ? 1 : 0),
    { width: 60, height: 40 },
  );
  const counted = async (...options: string[]) => {
    const output = join(folder, `touching${options.length}.csv`);
    const { code, stdout } = await brushfield([
      'measure',
      '--labels',
      labels,
      '--output',
      output,
      '--json',
      ...options,
    ]);
    expect(code).toBe(0);
    return (JSON.parse(stdout) as { objects: number }).objects;
  };
  expect(await counted()).toBe(3);
  expect(await counted('--split')).toBe(4);
  expect(await counted('--split', '--min-area', '5')).toBe(3);
  expect(await counted('--split', '--min-area', '5', '--whole-only')).toBe(2);
});

test('nothing is written when nothing fits, and the sentence says why', async () => {
  const labels = join(folder, 'empty');
  mkdirSync(labels);
  const output = join(folder, 'none.csv');
  const none = await brushfield(['measure', '--labels', labels, '--output', output]);
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('There are no images') as string });
  writePng(join(labels, 'a.png'), () => 3);
  const unnamed = await brushfield(['measure', '--labels', labels, '--map', '1=cell', '--output', output]);
  expect(unnamed.code).toBe(1);
  expect(unnamed.stderr).toContain('a.png: it holds the value 3, for which the --map has no class');
  expect(existsSync(output)).toBe(false);
});
