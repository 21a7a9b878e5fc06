/** Scores and weights of a trained model by the command line. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeGreyPng } from '../../src-main/pixels/png.js';
import { temporaryFolder } from '../store/temporary-store.js';
import { brushfield } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, tinyProject, type TinyProject } from './tiny-project.js';

const folder = suiteFolder();
let tiny: TinyProject;

beforeAll(async () => {
  tiny = await tinyProject(folder, 6);
  await succeed('train', tiny.project, ...QUICK, '--steps', '10', '--quiet');
});

describe('evaluate', () => {
  it('gives the same scores for a split and for the same images as folders', async () => {
    const split = await brushfield(['evaluate', tiny.project, '--json', '--threads', '1']);
    expect(split.code).toBe(0);
    const only = temporaryFolder();
    copyFileSync(join(tiny.images, 'disc5.png'), join(only, 'disc5.png'));
    const folders = await brushfield([
      ...['evaluate', tiny.project, '--images', only, '--labels', tiny.labels],
      ...['--map', '0=ground,255=disc', '--json', '--threads', '1'],
    ]);
    const [a, b] = [split, folders].map(({ stdout }) => JSON.parse(stdout) as Record<string, unknown>);
    expect(a).toMatchObject({ images: 1, classes: [{ name: 'ground' }, { name: 'disc' }] });
    for (const key of ['images', 'pixelAccuracy', 'meanIoU', 'softMacroDice', 'classes', 'confusion'])
      expect(b![key]).toEqual(a![key]);
  });

  it('names an image whose labels do not fit, scores the rest, and exits with 3', async () => {
    const images = temporaryFolder();
    for (const n of [4, 5]) copyFileSync(join(tiny.images, `disc${n}.png`), join(images, `disc${n}.png`));
    const labels = temporaryFolder();
    copyFileSync(join(tiny.labels, 'disc5.png'), join(labels, 'disc5.png'));
    const data = new Uint8Array(32 * 32);
    writeFileSync(join(labels, 'disc4.png'), encodeGreyPng({ width: 32, height: 32, data }));
    const { code, stderr, stdout } = await brushfield([
      ...['evaluate', tiny.project, '--images', images, '--labels', labels],
      ...['--map', '0=ground,255=disc', '--json', '--threads', '1'],
    ]);
    expect(stderr).toMatch(/^Warning: disc4\.png: its labels were left out: .* 32 × 32 px/m);
    expect(JSON.parse(stdout)).toMatchObject({ images: 1, skipped: [{}] });
    expect(code).toBe(3);
  });

  it('refuses labels with other classes than the model knows', async () => {
    const { code, stderr } = await brushfield([
      ...['evaluate', tiny.project, '--images', tiny.images, '--labels', tiny.labels],
      ...['--map', '0=ground,255=nucleus'],
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/model knows the classes ground, disc.*nucleus/);
  });
});

describe('export', () => {
  it('writes Keras weights that a training can start from', async () => {
    const path = join(temporaryFolder(), 'discs.h5');
    await succeed('export', tiny.project, '--format', 'keras-h5', '--output', path);
    const { code, stderr } = await brushfield([
      'train',
      tiny.project,
      ...QUICK,
      '--steps',
      '2',
      '--weights',
      path,
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/loaded, 0 skipped/);
    const again = await brushfield(['export', tiny.project, '--format', 'keras-h5', '--output', path]);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/is there already/);
  });

  it('writes the whole model into one zip file, over another one only when asked', async () => {
    const path = join(temporaryFolder(), 'discs.zip');
    const zip = (...more: string[]) =>
      brushfield(['export', tiny.project, '--format', 'model-zip', '--output', path, ...more]);
    expect((await zip()).stdout).toMatch(/^Wrote .+ to .+discs\.zip \(\d+\.\d MB\)\.$/m);
    const first = readFileSync(path);
    expect(first.includes('passport.json')).toBe(true);
    expect(first.includes('last.safetensors')).toBe(false);
    expect(await zip()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already exists') as string,
    });
    expect(await zip('--overwrite')).toMatchObject({ code: 0 });
    expect(
      await brushfield(['segment', path, '--input', tiny.images, '--output', `${path}-out`]),
    ).toMatchObject({ code: 1, stderr: expect.stringContaining('unpack it') as string });
    const named = ['--format', 'model-zip', '--output', `${path}.7z`];
    expect((await brushfield(['export', tiny.project, ...named])).stderr).toMatch(/NAME\.zip/);
  });
});
