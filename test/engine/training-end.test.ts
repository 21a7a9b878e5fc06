/** How a run ends, and what it leaves behind. */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RUN_FILES, type TrainEvent } from '../../src-main/shared/engine-api.js';
import { permutation, randomFor } from '../../src-main/shared/random.js';
import { decodeSafetensors } from '../../src-main/shared/safetensors.js';
import { encodeFloatTiff } from './float-tiff.js';
import { forkEngine, type ForkedEngine } from './forked-engine.js';
import { discs, temporaryFolder, writeRun, type Picture } from './synthetic-run.js';

type Epoch = Extract<TrainEvent, { kind: 'epoch' }>;

let engine: ForkedEngine;
beforeEach(() => {
  engine = forkEngine();
});
afterEach(() => engine.kill());

const TINY = { network: 'unet-quick', size: 32, batch: 2, reestimate: 4, patience: 0, minutes: 0 };
const bestStep = async (run: string) =>
  decodeSafetensors(await readFile(join(run, RUN_FILES.best))).metadata['step'];

/** Labels that say nothing about the pixels: what is learnt of one image is wrong for any other. */
function meaningless(picture: Picture, seed: number): Picture {
  const random = randomFor(seed, 5);
  const blocks = Array.from({ length: 64 }, () => 1 + random.integer(2));
  const block = (i: number) => Math.floor(i / picture.width / 8) * 8 + Math.floor((i % picture.width) / 8);
  return { ...picture, data: picture.data.map((_, i) => blocks[block(i)]!) };
}

test('patience ends a run that learns nothing more, and the weights of the least held-out loss are kept', async () => {
  const pictures = [meaningless(discs('train', 1), 1), meaningless(discs('val', 2), 2)];
  const settings = { ...TINY, epochs: 60, stepsPerEpoch: 4, patience: 3, lr: 0.01, schedule: 'constant' };
  const run = await writeRun(await temporaryFolder(), pictures, settings);
  const epochs: Epoch[] = [];
  const result = await engine.api.train(
    { runFolder: run, resume: false },
    { onEvent: (event) => event.kind === 'epoch' && epochs.push(event) },
  );
  expect(result.reason).toBe('patience');
  expect(epochs.length).toBeLessThan(60);
  let least = Infinity;
  for (const { val, best } of epochs) {
    expect(best).toBe(val!.loss < least);
    least = Math.min(least, val!.loss);
  }
  const last = epochs.findLast(({ best }) => best)!;
  expect(epochs.length - last.epoch).toBe(3);
  expect(result.best).toEqual({ step: last.step, epoch: last.epoch, val: last.val });
  expect(await bestStep(run)).toBe(String(last.step));

  // What is on the disk scores what was reported, averaged weights, estimated statistics and all.
  const { scores } = await engine.api.evaluate({
    model: run,
    snapshot: join(run, RUN_FILES.snapshot),
    split: 'val',
  });
  expect(scores.loss).toBeCloseTo(last.val!.loss, 6);
  expect(scores.confusion).toEqual(last.val!.confusion);
});

test('without held-out images the newest weights are kept and patience never ends the run', async () => {
  const run = await writeRun(await temporaryFolder(), [discs('train', 1)], {
    ...TINY,
    steps: 9,
    stepsPerEpoch: 3,
    patience: 1,
  });
  const result = await engine.api.train({ runFolder: run, resume: false });
  expect(result).toMatchObject({ reason: 'budget', step: 9, epoch: 3, best: null });
  expect(await bestStep(run)).toBe('9');
});

test('a stop before the first epoch ends leaves a model that predicts and a run that can be resumed', async () => {
  const pictures = [discs('train', 1), discs('train', 2), discs('val', 3)];
  const run = await writeRun(await temporaryFolder(), pictures, {
    ...TINY,
    steps: 5000,
    stepsPerEpoch: 5000,
  });
  const stop = new AbortController();
  const result = await engine.api.train(
    { runFolder: run, resume: false },
    { signal: stop.signal, onEvent: (event) => event.kind === 'step' && event.step === 3 && stop.abort() },
  );
  expect(result).toMatchObject({ reason: 'stopped', epoch: 0 });
  // Heard between two steps: a handful later at most, however long messages take here.
  expect(result.step).toBeLessThan(500);
  expect(existsSync(join(run, RUN_FILES.last))).toBe(true);
  const { width, height, pixels } = discs('val', 3);
  const prediction = await engine.api.predict({
    model: run,
    image: { width, height, channels: 1, alpha: false, type: 'uint8', data: pixels as Uint8Array },
  });
  expect(new Set(prediction.labels)).toSatisfy((seen: Set<number>) =>
    [...seen].every((v) => v === 1 || v === 2),
  );
});

describe('a loss that is no number any more', () => {
  const broken = (): Picture => {
    const picture = discs('train', 9);
    const file = encodeFloatTiff(64, 64, new Float32Array(64 * 64).fill(NaN));
    return { ...picture, pixels: { file, ending: 'tif', type: 'float32' } };
  };
  const settings = {
    ...TINY,
    network: 'unet-mini',
    batch: 1,
    steps: 40,
    stepsPerEpoch: 1,
    intensity: 'z-score',
    channels: 'grey',
  };

  test('ends the run, names the step, and the best model of the epochs before is kept', async () => {
    // Only the fourth picture has discs, whose weight is beyond what float32 can hold; a seed with which it comes last.
    const ground = (seed: number) => ({ ...discs('train', seed), data: new Uint8Array(64 * 64).fill(1) });
    const pictures = [...[1, 2, 3].map(ground), discs('train', 5), discs('val', 4)];
    const seeds = Array.from({ length: 100 }, (_, s) => s);
    const seed = seeds.find((s) => permutation(4, randomFor(s, 1, 0, 0))[3] === 3)!;
    const classWeights = `1,3${'0'.repeat(38)}`;
    const run = await writeRun(await temporaryFolder(), pictures, { ...settings, seed, classWeights });
    await expect(engine.api.train({ runFolder: run, resume: false })).rejects.toMatchObject({
      code: 'training-failed',
      message: expect.stringMatching(
        /no number any more at step 4; the model of epoch [123] is kept/,
      ) as string,
    });
    for (const { data } of decodeSafetensors(await readFile(join(run, RUN_FILES.best))).tensors.values())
      expect(data.every(Number.isFinite)).toBe(true);
    const { scores } = await engine.api.evaluate({
      model: run,
      snapshot: join(run, RUN_FILES.snapshot),
      split: 'val',
    });
    expect(scores.loss).toBeGreaterThan(0);
  });

  test('of a picture is refused by name before the first step, and the engine goes on serving', async () => {
    const run = await writeRun(await temporaryFolder(), [broken()], settings);
    await expect(engine.api.train({ runFolder: run, resume: false })).rejects.toMatchObject({
      code: 'unsupported-image',
      message: expect.stringContaining('no finite numbers') as string,
    });
    expect(existsSync(join(run, RUN_FILES.best))).toBe(false);
    expect((await engine.api.device({})).kind).toBe('cpu');
  });
});

describe('a run that cannot begin says why', () => {
  test('no image to train on', async () => {
    const run = await writeRun(await temporaryFolder(), [discs('val', 1)], { ...TINY, steps: 1 });
    await expect(engine.api.train({ runFolder: run, resume: false })).rejects.toMatchObject({
      code: 'nothing-to-train',
    });
  });

  test('class weights for another number of classes', async () => {
    const settings = { ...TINY, steps: 1, classWeights: '1,2,3' };
    const run = await writeRun(await temporaryFolder(), [discs('train', 1)], settings);
    await expect(engine.api.train({ runFolder: run, resume: false })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('classWeights has 3 numbers and the project 2 classes') as string,
    });
  });

  test('an image that is gone, and one that changed', async () => {
    const run = await writeRun(await temporaryFolder(), [discs('train', 1)], { ...TINY, steps: 1 });
    const image = join(run, RUN_FILES.snapshot, 'image1.png');
    await writeFile(image, Buffer.concat([await readFile(image), Buffer.from([0])]));
    await expect(engine.api.train({ runFolder: run, resume: false })).rejects.toMatchObject({
      code: 'changed',
    });
    await rm(image);
    await expect(engine.api.train({ runFolder: run, resume: false })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
