/** Training crops of the open image as a window asks for them, against those that training itself makes. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Samples } from '../../../src-main/engine/samples.js';
import { setUpTraining } from '../../../src-main/engine/training-set-up.js';
import { createTrainingRun, planNewRun } from '../../../src-main/core/training-run.js';
import { openProject } from '../../../src-main/core/projects.js';
import { choiceOf, discProject } from './training-windows.js';
import { temporaryApp } from './windows.js';

/** Every strength at work, and none left to the program. */
const SETTINGS = {
  ...{ size: 32, rotation: 90, gainJitter: 0.2, offsetJitter: 0.1, gamma: 0.4, noise: 0.05, elastic: 2 },
  ...{ steps: 4, cropAt: 'anywhere' },
};

test('shows the pixels and labels of the crops that a training draws', async () => {
  const app = temporaryApp();
  // One image to train on, so that crop number n is one of it.
  const { window, folder, ids } = await discProject(app, 2);
  const choice = choiceOf(SETTINGS);
  const shown = await window.api.previewAugmentation({ choice, imageId: ids[0]!, first: 0, count: 5 });
  expect(shown).toMatchObject({ side: 32, size: 32 });
  expect(shown.crops).toHaveLength(5);
  await window.api.closeProject({});

  const project = openProject(folder);
  const { snapshot, run } = await createTrainingRun(project, await planNewRun(project, { set: SETTINGS }));
  project.close();
  expect(snapshot.images.filter(({ split }) => split === 'train')).toHaveLength(1);
  const set = await setUpTraining(join(folder, run.folder));
  const samples = new Samples(set.samples);
  for (let n = 0; n < 5; n++) {
    const { x, y } = await samples.crop('train', n);
    const { pixels, labels } = shown.crops[n]!;
    expect([...labels]).toEqual([...y].map((index) => (index === 255 ? 0 : index + 1)));
    // What is shown rises with what the network sees, but for what is too bright or dark to show.
    const pairs = [...x].map((value, i) => [value, pixels[4 * i]!] as const).toSorted((a, b) => a[0] - b[0]);
    for (const [i, [, grey]] of pairs.entries()) expect(grey).toBeGreaterThanOrEqual(pairs[i - 1]?.[1] ?? 0);
  }
});

test('follows settings and numbers, shows large crops smaller, and leaves unlabelled images in void', async () => {
  const { window, ids } = await discProject(temporaryApp(), 4, 1);
  const ask = (settings: Record<string, number | boolean>, first = 0, imageId = ids[0]!) =>
    window.api.previewAugmentation({ choice: choiceOf(settings), imageId, first, count: 2 });
  const still = { size: 64, ...{ scaleMin: 1, scaleMax: 1, gainJitter: 0, offsetJitter: 0, rotation: 0 } };
  const off = { ...still, flipHorizontal: false, flipVertical: false, quarterTurns: false };
  const [one, again, other] = [await ask(off), await ask(off), await ask({ ...off, noise: 0.5 })];
  expect(again).toEqual(one);
  // The crop is the whole picture: two of it are alike.
  expect(one.crops[1]).toEqual(one.crops[0]);
  expect(other.crops[0]!.pixels).not.toEqual(one.crops[0]!.pixels);
  expect(other.crops[0]!.labels).toEqual(one.crops[0]!.labels);

  const crops = await ask({ ...still, size: 32 });
  expect(await ask({ ...still, size: 32 }, 2)).not.toEqual(crops);
  expect(await ask({ size: 512 })).toMatchObject({ size: 512, side: 170 });
  const bare = await ask({ size: 32 }, 0, ids[3]!);
  expect(bare.crops.every(({ labels }) => labels.every((label) => label === 0))).toBe(true);
});

test('ends when it is aborted, refuses wrong settings, and answers the next one', async () => {
  const { window, ids } = await discProject(temporaryApp());
  const ask = (settings: Record<string, number | string>, signal?: AbortSignal) =>
    window.api.previewAugmentation(
      { choice: choiceOf(settings), imageId: ids[0]!, first: 0, count: 6 },
      signal ? { signal } : {},
    );
  const stop = new AbortController();
  const first = ask({ size: 1024, elastic: 3 }, stop.signal);
  stop.abort();
  await expect(first).rejects.toMatchObject({ code: 'stopped' });
  await expect(ask({ size: 100 })).rejects.toMatchObject({ code: 'usage' });
  await expect(ask({ size: 64 })).resolves.toMatchObject({ side: 64 });
  await expect(
    window.api.previewAugmentation({ choice: choiceOf(), imageId: 99, first: 0, count: 6 }),
  ).rejects.toMatchObject({ code: 'not-found' });
});
