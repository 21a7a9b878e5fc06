/** The engine as others see it: calls into a real process. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saveWeights } from '../../src-main/engine/checkpoint.js';
import { buildNetwork } from '../../src-main/engine/models/build.js';
import { RUN_FILES } from '../../src-main/shared/engine-api.js';
import type { PixelImage } from '../../src-main/shared/model.js';
import { forkEngine, type ForkedEngine } from './forked-engine.js';
import { discs, temporaryFolder, writeSnapshot } from './synthetic-run.js';
import { modelFile, noisyPicture } from './tiled-case.js';

let engine: ForkedEngine;
let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const seed of [1, 2]) {
    const run = join(folder, `run${seed}`);
    await mkdir(run);
    await writeFile(join(run, RUN_FILES.model), JSON.stringify(modelFile('unet-quick')));
    const { model } = buildNetwork({ network: 'unet-quick', classes: 2, channels: 1, seed });
    await saveWeights(join(run, RUN_FILES.best), model, {});
    model.dispose();
  }
  engine = forkEngine();
});
afterAll(() => engine.kill());

const predict = (run: string, image: PixelImage, tile = 0) =>
  engine.api.predict({ model: join(folder, run), image, probabilities: true, tile });

test('it names its device, its threads and its TensorFlow', async () => {
  expect(await engine.api.device({})).toMatchObject({
    kind: 'cpu',
    threads: 1,
    name: 'CPU, 1 thread',
    tensorflow: expect.stringMatching(/^2\.\d+\.\d+/) as string,
  });
});

test('it describes a network and a trained model alike', async () => {
  const named = await engine.api.describe({ network: 'unet-quick', classes: 2, channels: 1, size: 128 });
  expect(named).toMatchObject({ parameters: 882_824, multipleOf: 8, receptiveFieldPx: 137, haloPx: 72 });
  expect(named.layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(882_824);
  expect(await engine.api.describe({ model: join(folder, 'run1') })).toEqual(named);
});

test('labels, confidence and probabilities of a prediction agree', async () => {
  const image = noisyPicture(50, 30);
  const { labels, confidence, probabilities, width, height, tiles } = await predict('run1', image);
  expect({ width, height, tiles }).toEqual({ width: 50, height: 30, tiles: 1 });
  labels.forEach((label, i) => {
    const pair = probabilities!.subarray(2 * i, 2 * i + 2);
    expect(label).toBe(pair[1]! > pair[0]! ? 2 : 1);
    expect(confidence[i]).toBe(Math.round(Math.max(...pair) * 255));
  });
});

test('each model is its own, however calls for several are mixed', async () => {
  const image = noisyPicture(40, 40);
  const [a, b] = [await predict('run1', image), await predict('run2', image)];
  expect(a.probabilities).not.toEqual(b.probabilities);
  const mixed = await Promise.all(['run1', 'run2', 'run1', 'run2'].map((run) => predict(run, image, 16)));
  for (const [i, { probabilities }] of mixed.entries())
    probabilities!.forEach((p, at) => expect(p).toBeCloseTo([a, b][i % 2]!.probabilities![at]!, 4));
});

test('a model that was trained further is read again', async () => {
  const image = noisyPicture(40, 40);
  const before = await predict('run2', image);
  const { model } = buildNetwork({ network: 'unet-quick', classes: 2, channels: 1, seed: 3 });
  await saveWeights(join(folder, 'run2', RUN_FILES.best), model, {});
  model.dispose();
  expect((await predict('run2', image)).probabilities).not.toEqual(before.probabilities);
});

describe('it refuses with a sentence', () => {
  const image = noisyPicture(8, 8);
  test('a call that it does not know', async () => {
    const anything = engine.api as unknown as Record<string, (params: unknown) => Promise<unknown>>;
    await expect(anything['format']!({})).rejects.toMatchObject({ code: 'usage' });
  });
  test('a network that it does not know', async () => {
    const unknown = engine.api.describe({ network: 'unet-huge', classes: 2, channels: 1, size: 64 });
    await expect(unknown).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('unet-quick, unet-mini') as string,
    });
  });
  test('a folder without a model', async () => {
    await expect(predict('nothing', image)).rejects.toMatchObject({ code: 'bad-model' });
  });
  test('a model without weights, and one whose weights are cut off', async () => {
    const run = join(folder, 'cut');
    await mkdir(run);
    await writeFile(join(run, RUN_FILES.model), JSON.stringify(modelFile('unet-quick')));
    await expect(predict('cut', image)).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('no finished model yet') as string,
    });
    await writeFile(join(run, RUN_FILES.best), new Uint8Array(100));
    await expect(predict('cut', image)).rejects.toMatchObject({ code: 'bad-model' });
  });
  test('an image with fewer pixels than its size says', async () => {
    await expect(predict('run1', { ...image, width: 9 })).rejects.toMatchObject({ code: 'unreadable-image' });
  });
  test('labels of other classes, and a part without images', async () => {
    const snapshot = join(folder, 'snapshot');
    await writeSnapshot(snapshot, [discs('val', 1)]);
    const model = join(folder, 'run1');
    await expect(engine.api.evaluate({ model, snapshot, split: 'test' })).rejects.toMatchObject({
      code: 'nothing-to-train',
    });
    const counted: number[] = [];
    await engine.api.evaluate({ model, snapshot, split: 'val' }, { onEvent: (n) => counted.push(n) });
    expect(counted).toEqual([1]);
    const other = { ...modelFile('unet-quick'), classes: [{ value: 1, name: 'cell', color: '#000000' }] };
    await mkdir(join(folder, 'other'));
    await writeFile(join(folder, 'other', RUN_FILES.model), JSON.stringify(other));
    const { model: built } = buildNetwork({ network: 'unet-quick', classes: 1, channels: 1, seed: 1 });
    await saveWeights(join(folder, 'other', RUN_FILES.best), built, {});
    built.dispose();
    await expect(
      engine.api.evaluate({ model: join(folder, 'other'), snapshot, split: 'val' }),
    ).rejects.toMatchObject({ code: 'bad-labels' });
  });
});
