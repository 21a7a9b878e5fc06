/** Masks that are cleaned up while they are written: remembered in the manifest, the same by one run, in shards and resumed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Manifest } from '../../src-main/core/manifest.js';
import { cleanUp } from '../../src-main/measure/clean-up.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import { brushfield, contentsOf } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, tinyProject, type TinyProject } from './tiny-project.js';

const folder = suiteFolder();
const plain = join(folder, 'plain');
const CLEAN = ['--smooth', '2', '--fill-holes', '--split', '--min-area', '25', '--whole-only'];
const STEPS = { smooth: 2, fillHoles: true, split: true, minArea: 25, wholeOnly: true };
/** A hundred pixels are too many to be held. */
const IN_PARTS = { BRUSHFIELD_WHOLE_MEGAPIXELS: '0.0001' };
let tiny: TinyProject;

const segment = (output: string, options: readonly string[] = [], env: Record<string, string> = {}) =>
  brushfield(
    [
      ...['segment', tiny.project, '--input', tiny.images, '--output', output],
      ...['--threads', '1', '--device', 'cpu', ...options],
    ],
    { env },
  );
const manifestOf = (output: string) =>
  JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as Manifest;
const masksOf = (output: string) =>
  Object.fromEntries(Object.entries(contentsOf(output)).filter(([name]) => name.endsWith('_mask.png')));

beforeAll(async () => {
  tiny = await tinyProject(folder, 4);
  // Few steps: masks with something to clean up.
  await succeed('train', tiny.project, ...QUICK, '--steps', '6', '--quiet');
  expect((await segment(plain)).code).toBe(0);
});

it('every mask is the predicted one cleaned up, with its region as the command says', async () => {
  const region = ['--region', '4,2,50,40'];
  const output = join(folder, 'cleaned');
  expect((await segment(output, [...CLEAN, ...region])).code).toBe(0);
  const steps = { region: { x: 4, y: 2, width: 50, height: 40 }, ...STEPS };
  expect(manifestOf(output).settings.cleanUp).toEqual(steps);
  let changed = 0;
  for (const name of Object.keys(masksOf(plain))) {
    const [before, after] = [
      await decodeLabelImage(join(plain, name)),
      await decodeLabelImage(join(output, name)),
    ];
    const expected = cleanUp({ ...before, data: Uint8Array.from(before.data) }, steps, {
      background: [],
      empty: 0,
    });
    expect(Buffer.from(Uint8Array.from(after.data)).equals(expected.data)).toBe(true);
    if (!Buffer.from(Uint8Array.from(before.data)).equals(expected.data)) changed++;
  }
  expect(changed).toBeGreaterThan(0);
});

it('shards and a run that goes on give the same bytes; other choices are other work', async () => {
  const whole = join(folder, 'whole');
  expect((await segment(whole, CLEAN)).code).toBe(0);
  const shards = join(folder, 'shards');
  for (const shard of ['1/2', '2/2'])
    expect((await segment(shards, [...CLEAN, '--shard', shard])).code).toBe(0);
  await succeed('merge', shards);
  expect(masksOf(shards)).toEqual(masksOf(whole));
  const again = await segment(whole, [...CLEAN, '--resume']);
  expect(again.stderr).toContain('4 files done before and unchanged: skipped.');
  const other = await segment(whole, ['--resume']);
  expect(other.stdout).toContain('4 files segmented');
  expect(masksOf(whole)).toEqual(masksOf(plain));
  expect('cleanUp' in manifestOf(whole).settings).toBe(false);
});

it('images in parts are cleaned up like whole ones, and so are their tables', async () => {
  const options = [...CLEAN, '--region', '3,5,55,52', '--measure', '--tile', '48'];
  const [whole, parts] = [join(folder, 'whole clean'), join(folder, 'parts clean')];
  expect((await segment(whole, options)).code).toBe(0);
  expect((await segment(parts, options, IN_PARTS)).code).toBe(0);
  const tables = (output: string) =>
    ['measurements.csv', 'measurements_images.csv'].map((name) => readFileSync(join(output, name), 'utf8'));
  expect(tables(parts)).toEqual(tables(whole));
  const pixelsOf = async (output: string, name: string) =>
    Buffer.from((await decodeLabelImage(join(output, name))).data as Uint8Array);
  let changed = 0;
  for (const name of Object.keys(masksOf(whole))) {
    const found = await pixelsOf(parts, name);
    expect(found.equals(await pixelsOf(whole, name))).toBe(true);
    if (!found.equals(await pixelsOf(plain, name))) changed++;
  }
  expect(changed).toBeGreaterThan(0);
  expect(manifestOf(parts).settings).toEqual(manifestOf(whole).settings);
});

it('wrong choices are named before anything is written', async () => {
  const output = join(folder, 'wrong');
  for (const [options, sentence] of [
    [['--region', '1,2,3'], '--region takes X,Y,WIDTH,HEIGHT in pixels'],
    [['--region', '0,0,0,5'], 'The region is X, Y, width and height in whole pixels'],
    [['--smooth', '500'], '--smooth'],
  ] as const) {
    const { code, stderr } = await segment(output, options);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  }
});
