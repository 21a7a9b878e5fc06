/** The workflow in examples/ under a real Snakemake, four jobs at a time. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { ensureTestSnakemake } from '../../scripts/setup/test-python.mjs';
import { brushfield } from '../cli/built-cli.js';
import { suiteFolder } from '../cli/suite-folder.js';
import { QUICK, succeed, tinyProject, writeDisc } from '../cli/tiny-project.js';
import { runResults } from '../cli/run-results.js';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = suiteFolder();
const [images, whole, results] = ['images of a plate', 'whole', 'in parts'].map((name) => join(folder, name));
let python: string | null = null;
let project: string;

beforeAll(async () => {
  python = await ensureTestSnakemake().catch((error: unknown) => {
    process.stderr.write(`SKIPPED, Snakemake could not be installed: ${String(error)}\n`);
    return null;
  });
  if (python === null) return;
  ({ project } = await tinyProject(folder));
  await succeed('train', project, ...QUICK, '--steps', '30', '--quiet');
  for (let n = 0; n < 12; n++) writeDisc({ images: images!, labels: join(folder, 'truth') }, n);
  writeFileSync(join(images!, 'broken.png'), 'no picture');
  mkdirSync(join(folder, 'work'));
});

const snakemake = (...more: string[]) =>
  promisify(execFile)(
    python!,
    [
      ...['-m', 'snakemake', '--snakefile', join(ROOT, 'examples', 'snakemake', 'Snakefile'), '--cores', '4'],
      ...more,
      ...['--config', `brushfield=${process.execPath} ${join(ROOT, 'out', 'main', 'cli.js')}`],
      ...[`model=${project}`, `images=${images!}`, `results=${results!}`, 'shards=4', 'threads=1'],
    ],
    {
      cwd: join(folder, 'work'),
      env: { ...process.env, PATH: `${dirname(python!)}:${process.env['PATH']!}`, HOME: folder },
    },
  );

it('four parts side by side give the bytes of one run, and a stopped workflow goes on', async ({ skip }) => {
  if (python === null) return skip();
  const one = ['segment', project, '--input', images!, '--output', whole!, '--measure', '--recursive'];
  const { code } = await brushfield([...one, '--threads', '1', '--device', 'cpu']);
  expect(code).toBe(3);
  await snakemake();
  expect(runResults(results!)).toEqual(runResults(whole!));
  expect(readFileSync(join(results!, 'shards', '1-of-4.log'), 'utf8')).toContain('segmented');

  rmSync(join(results!, 'shards', '2-of-4.done'));
  for (const name of ['disc0_mask.png', 'manifest.json']) rmSync(join(results!, name));
  await snakemake();
  expect(runResults(results!)).toEqual(runResults(whole!));
});
