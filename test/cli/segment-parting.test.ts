/** Objects that touch in images that are segmented in parts: the masks of the whole image, and what is said where one is too large. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Manifest } from '../../src-main/core/manifest.js';
import { cleanUp } from '../../src-main/measure/clean-up.js';
import { connectedComponents } from '../../src-main/measure/components.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import { encodeGreyPng } from '../../src-main/pixels/png.js';
import { UNPARTED } from '../../src-main/shared/image-warnings.js';
import type { LabelMap } from '../../src-main/shared/model.js';
import { randomFor } from '../../src-main/shared/random.js';
import { runPython } from '../python.js';
import { brushfield } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, tinyProject, type TinyProject } from './tiny-project.js';

const folder = suiteFolder();
const input = join(folder, 'large');
const SIDE = 512;
/** About a hundred thousand pixels are too many to be held. */
const IN_PARTS = { BRUSHFIELD_WHOLE_MEGAPIXELS: '0.1' };
let tiny: TinyProject;

const segment = async (name: string, options: readonly string[], env: Record<string, string> = {}) => {
  const output = join(folder, name);
  const { code, stderr } = await brushfield(
    [
      ...['segment', tiny.project, '--input', input, '--output', output, '--tile', '96', '--measure'],
      ...['--threads', '1', '--device', 'cpu', ...options],
    ],
    { env },
  );
  expect(`${code} ${code ? stderr : ''}`).toBe('0 ');
  const { data } = await decodeLabelImage(join(output, 'pairs_mask.png'));
  const manifest = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as Manifest;
  const table = readFileSync(join(output, 'measurements.csv'), 'utf8');
  return { stderr, table, warnings: manifest.files[0]!.warnings, labels: Uint8Array.from(data) };
};

beforeAll(async () => {
  tiny = await tinyProject(folder);
  await succeed('train', tiny.project, ...QUICK, '--steps', '40', '--quiet');
  // Pairs of discs like those of the training images that overlap a little, again and again in a tiled TIFF.
  const random = randomFor(11);
  const discs = [0, 1, 2].flatMap((n) => [
    [40 + 80 * n, 50 + 60 * n, 14],
    [64 + 80 * n, 50 + 60 * n, 13],
  ]);
  const data = Uint8Array.from({ length: 256 ** 2 }, (_, i) => {
    const inside = discs.some(([x, y, radius]) => Math.hypot((i % 256) - x!, (i >> 8) - y!) < radius!);
    return (inside ? 170 : 70) + random.integer(40);
  });
  mkdirSync(input);
  const picture = join(folder, 'pairs.png');
  writeFileSync(picture, encodeGreyPng({ width: 256, height: 256, data }));
  const script = join(import.meta.dirname, '../python/periodic_tiff.py');
  await runPython(script, [picture, String(SIDE), join(input, 'pairs.tif')]);
});

it('are parted to the pixels and tables of the whole image', async () => {
  const plain = await segment('plain', [], IN_PARTS);
  const options = ['--split', '--fill-holes', '--min-area', '30'];
  const whole = await segment('whole', options);
  const parts = await segment('parts', options, IN_PARTS);
  expect(Buffer.from(parts.labels).equals(whole.labels)).toBe(true);
  expect(parts.table).toBe(whole.table);
  expect(parts.warnings).toEqual(whole.warnings);
  // The same made of the labels that were predicted; of each pair there are two.
  const cleaned = (split: boolean) => {
    const map = { width: SIDE, height: SIDE, data: plain.labels };
    return cleanUp(map, { split, fillHoles: true, minArea: 30 }, { background: [], empty: 0 });
  };
  expect(Buffer.from(parts.labels).equals(cleaned(true).data)).toBe(true);
  const objectsOf = (map: LabelMap) => connectedComponents(map).values.length;
  expect(objectsOf(cleaned(true)) - objectsOf(cleaned(false))).toBeGreaterThanOrEqual(8);
});

it('stay as they are where they are too large, and manifest and terminal say so', async () => {
  const small = { ...IN_PARTS, BRUSHFIELD_PARTED_MEGAPIXELS: '0.0003' };
  const { labels, warnings, stderr } = await segment('too large', ['--split'], small);
  const plain = await segment('plain', ['--overwrite'], IN_PARTS);
  expect(Buffer.from(labels).equals(plain.labels)).toBe(true);
  expect(warnings.filter((text) => !plain.warnings.includes(text))).toEqual([UNPARTED]);
  expect(stderr).toContain(`pairs.tif: ${UNPARTED}.`);
});
