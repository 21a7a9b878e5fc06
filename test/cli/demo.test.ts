/** The main job in one command, on the sample and on anybody's images. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../store/temporary-store.js';
import { brushfield } from './built-cli.js';
import { writeDisc } from './tiny-project.js';

const SHORT = ['--set', 'steps=10', '--set', 'stepsPerEpoch=5', '--threads', '1'];

it('the sample goes from import to overlays of the unseen images', async () => {
  const output = join(temporaryFolder(), 'demo');
  const { code, stdout, stderr } = await brushfield(['demo', ...SHORT, '--output', output]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/Importing the sample images/);
  expect(stdout).toMatch(/nucleus +[01]\.\d{3}/);
  expect(stdout).toMatch(
    /Otsu’s threshold on the same images, Dice: background [01]\.\d{3}, nucleus [01]\.\d{3}/,
  );
  expect(stdout).toMatch(/Next: +brushfield segment /);
  const overlays = readdirSync(join(output, 'results')).filter((name) => name.endsWith('_overlay.png'));
  expect(overlays.length).toBeGreaterThan(2);
});

it("a short training on the sample beats Otsu's threshold by more than 0.1 in mean Dice", async () => {
  const output = join(temporaryFolder(), 'demo');
  const { code, stdout } = await brushfield(['demo', '--set', 'steps=100', '--json', '--output', output]);
  expect(code).toBe(0);
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { margin: number };
  expect(result.margin).toBeGreaterThan(0.1);
});

it("anybody's images and labels do the same, and the folder is named in the result", async () => {
  const folder = temporaryFolder();
  const pictures = { images: join(folder, 'images'), labels: join(folder, 'labels') };
  for (let n = 0; n < 5; n++) writeDisc(pictures, n);
  const { code, stdout } = await brushfield([
    ...['demo', '--images', pictures.images, '--labels', pictures.labels, '--map', '0=ground,255=disc'],
    ...['--set', 'size=32', '--set', 'batch=2', ...SHORT, '--json'],
    ...['--output', join(folder, 'demo')],
  ]);
  expect(code).toBe(0);
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as {
    folder: string;
    scores: { images: number; classes: { name: string }[] };
    segmented: { done: number };
  };
  expect(result.scores).toMatchObject({ images: 1, classes: [{ name: 'ground' }, { name: 'disc' }] });
  expect(result.segmented.done).toBe(1);
  expect(existsSync(join(result.folder, 'demo.brushfield', 'project.sqlite'))).toBe(true);
});
