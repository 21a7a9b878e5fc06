/** Tables made while segmenting, by one run, in shards, in parts and after a resume: always those of `measure`. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { beforeAll, expect, it } from 'vitest';
import { brushfield } from './built-cli.js';
import { runResults } from './run-results.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, tinyProject, type TinyProject } from './tiny-project.js';
import { twoPageTiff } from './two-page-tiff.js';

const folder = suiteFolder();
const input = join(folder, 'input, "all"');
const whole = join(folder, 'whole');
const IN_PARTS = { BRUSHFIELD_WHOLE_MEGAPIXELS: '0.0001' };
const TABLES = ['measurements.csv', 'measurements_images.csv'];
let tiny: TinyProject;

const args = (output: string, ...options: string[]) => [
  ...['segment', tiny.project, '--input', input, '--output', output, '--recursive', '--measure'],
  ...['--threads', '1', '--device', 'cpu', ...options],
];

const tablesOf = (output: string) => TABLES.map((name) => readFileSync(join(output, name), 'utf8'));

beforeAll(async () => {
  tiny = await tinyProject(folder, 4);
  await succeed('train', tiny.project, ...QUICK, '--steps', '40', '--quiet');
  mkdirSync(join(input, 'a', '细胞 🧫'), { recursive: true });
  // Names that are in another order once they end in _mask.png, or that a spreadsheet would compute.
  for (const name of ['a/x.png', 'a/x-y.png', 'a/x_y.png', 'a.png', '=1, "2".png', 'a/细胞 🧫/z.png'])
    copyFileSync(join(tiny.images, 'disc1.png'), join(input, name));
  copyFileSync(join(tiny.images, 'disc2.png'), join(input, 'b.png'));
  // Another number of channels than the others, two pages, a broken one.
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) =>
    Math.hypot(((i / 3) % 64) - 30, i / 192 - 30) < 12 ? 180 : 80,
  );
  writeFileSync(join(input, 'a', 'c.png'), encode({ width: 64, height: 64, channels: 3, data }));
  writeFileSync(join(input, 'stack.tif'), twoPageTiff(64));
  writeFileSync(join(input, 'broken.png'), 'no picture');
  const { code, stderr } = await brushfield(args(whole));
  expect(`${code} ${stderr}`).toMatch(/^3 .*broken\.png was not segmented/s);
});

it('the tables are byte for byte those that measure makes of the masks', async () => {
  const output = join(folder, 'tables.csv');
  await succeed('measure', '--labels', whole, '--images', input, '--recursive', '--output', output);
  expect(tablesOf(whole)).toEqual(
    [output, join(folder, 'tables_images.csv')].map((path) => readFileSync(path, 'utf8')),
  );
  expect(tablesOf(whole)[0]!.split('\r\n').length).toBeGreaterThan(10);
});

it('images in parts, and masks of an earlier run, have the same tables', async () => {
  const parts = join(folder, 'parts');
  expect((await brushfield(args(parts), { env: IN_PARTS })).code).toBe(3);
  expect(tablesOf(parts)).toEqual(tablesOf(whole));
  for (const name of [...TABLES, 'a_mask.png']) rmSync(join(parts, name));
  expect((await brushfield(args(parts, '--resume'))).code).toBe(3);
  expect(tablesOf(parts)).toEqual(tablesOf(whole));
  for (const name of TABLES) rmSync(join(parts, name));
  expect((await brushfield(args(parts, '--resume'), { env: IN_PARTS })).code).toBe(3);
  expect(tablesOf(parts)).toEqual(tablesOf(whole));
});

it('four shards, two at a time and one by Slurm’s variables, merge to one run', async () => {
  const output = join(folder, 'shards');
  const merge = () => brushfield(['merge', output]);
  expect(await merge()).toMatchObject({ code: 1, stderr: expect.stringContaining('no shards') as string });
  const slurm = { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '4' };
  const first = await Promise.all([
    brushfield(args(output, '--shard', '1/4')),
    brushfield(args(output, '--shard', 'slurm'), { env: slurm }),
  ]);
  // The broken file is in one of these.
  expect(first.map(({ code }) => code).sort()).toEqual([0, 3]);
  expect((await merge()).stderr).toContain(
    'Of 4 shards 2 are missing: 2/4, 3/4; run them with --shard first.',
  );
  const other = await brushfield(args(output, '--shard', '1/2'));
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('a shard of 4') as string });
  for (const shard of ['2/4', '3/4']) await brushfield(args(output, '--shard', shard));
  const merged = await merge();
  expect(`${merged.code} ${merged.stderr}`).toMatch(/^3 .*broken\.png was not segmented/s);
  expect(runResults(output)).toEqual(runResults(whole));
  expect((await merge()).stderr).toContain('is there already');
  expect((await brushfield(['merge', output, '--overwrite'])).code).toBe(3);

  writeFileSync(join(input, 'late.png'), readFileSync(join(input, 'b.png')));
  await brushfield(args(output, '--shard', '2/4', '--resume'));
  rmSync(join(input, 'late.png'));
  expect((await merge()).stderr).toContain('Shard 2/4 found other input files than the first');
});
