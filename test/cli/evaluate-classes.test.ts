/** Models that were taught some of a project's classes, trained and scored by the command line. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeGreyPng } from '../../src-main/pixels/png.js';
import { brushfield } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, SIDE_PX, succeed } from './tiny-project.js';

const folder = suiteFolder();
const project = join(folder, 'three.brushfield');
const [images, masks, unseen, unseenMasks] = ['images', 'masks', 'unseen', 'unseen-masks'].map((name) =>
  join(folder, name),
) as [string, string, string, string];

/** Values 1 ground, 2 dirt (a band), 3 disc. */
const labelAt = (n: number) => (i: number) => {
  const [x, y] = [i % SIDE_PX, Math.floor(i / SIDE_PX)];
  if (y < 6) return 2;
  return Math.hypot(x - 30 - n, y - 34) < 14 ? 3 : 1;
};

const pixelsOf = (n: number) => Array.from({ length: SIDE_PX ** 2 }, (_, i) => labelAt(n)(i));

function write(path: string, pixels: readonly number[]): void {
  writeFileSync(path, encodeGreyPng({ width: SIDE_PX, height: SIDE_PX, data: Uint8Array.from(pixels) }));
}

beforeAll(async () => {
  for (const made of [images, masks, unseen, unseenMasks]) mkdirSync(made);
  for (let n = 0; n < 4; n++) {
    const labels = pixelsOf(n);
    const pixels = labels.map((label, i) => [0, 70, 240, 170][label]! + ((i * 7919) % 13));
    const [ofImages, ofMasks] = n < 3 ? [images, masks] : [unseen, unseenMasks];
    write(join(ofImages, `${n}.png`), pixels);
    write(join(ofMasks, `${n}.png`), labels);
  }
  await succeed('new', project, '--classes', 'ground,dirt,disc');
  await succeed('import', project, images, '--labels', masks, '--split', 'train');
  await succeed('import', project, unseen, '--labels', unseenMasks, '--split', 'val');
  await succeed('train', project, ...QUICK, '--steps', '4', '--classes', 'ground,disc', '--quiet');
});

const evaluate = (...more: string[]) =>
  brushfield(['evaluate', project, '--json', '--threads', '1', ...more]);

describe('a model that was taught two of three classes', () => {
  it('is scored on those, and what was left out is said with its pixels', async () => {
    const { code, stdout, stderr } = await evaluate();
    expect(`${code} ${code ? stderr : ''}`).toBe('0 ');
    const counts = [1, 2, 3].map((value) => pixelsOf(3).filter((label) => label === value).length);
    expect(JSON.parse(stdout)).toMatchObject({
      images: 1,
      classes: [
        { name: 'ground', pixels: counts[0] },
        { name: 'disc', pixels: counts[2] },
      ],
      leftOut: [{ name: 'dirt', pixels: counts[1] }],
    });
    expect(stderr).toContain(
      `${counts[1]!.toLocaleString('en')} pixels of dirt counted as unlabelled: the model was not trained on this class.`,
    );
  });

  it('has the same scores on the same image as folders, with all values or with void for the rest', async () => {
    const answers = await Promise.all([
      evaluate(),
      evaluate('--images', unseen, '--labels', unseenMasks),
      evaluate('--images', unseen, '--labels', unseenMasks, '--map', '1=ground,2=void,3=disc'),
    ]);
    const [split, plain, mapped] = answers.map(({ stdout }) => JSON.parse(stdout) as Record<string, unknown>);
    for (const key of ['images', 'pixelAccuracy', 'meanIoU', 'softMacroDice', 'classes', 'confusion']) {
      expect(plain![key]).toEqual(split![key]);
      expect(mapped![key]).toEqual(split![key]);
    }
    expect(plain).toMatchObject({ leftOut: [{ name: 'dirt' }] });
    expect(mapped).toMatchObject({ leftOut: [] });
  });
});

it('a class that is not there, and classes for a resumed run, are refused with a sentence', async () => {
  const wrong = await brushfield(['train', project, '--classes', 'ground,nucleus']);
  expect(wrong.stderr).toMatch(/no class "nucleus"; the project has ground, dirt, disc/);
  const resumed = await brushfield(['train', project, '--classes', 'ground,disc', '--resume', 'last']);
  expect(resumed.stderr).toMatch(/A resumed run keeps its classes/);
  expect([wrong.code, resumed.code]).not.toContain(0);
});
