/** Training and prediction take no more memory the longer they last. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { networkPixels } from '../../src-main/engine/pixel-model.js';
import { Predictor } from '../../src-main/engine/predict.js';
import { buildNetwork } from '../../src-main/engine/models/build.js';
import { saveWeights } from '../../src-main/engine/checkpoint.js';
import { peakBytesPerPixel } from '../../src-main/engine/memory.js';
import { tf } from '../../src-main/engine/tensorflow.js';
import { RUN_FILES, type TrainEvent } from '../../src-main/shared/engine-api.js';
import { forkEngine } from './forked-engine.js';
import { discs, temporaryFolder, writeRun } from './synthetic-run.js';
import { modelFile, noisyPicture } from './tiled-case.js';

/** Least-squares slope of y over x. */
function slope(points: readonly { x: number; y: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const products = points.map(({ x, y }) => (x - mx) * (y - my));
  return mean(products) / mean(points.map(({ x }) => (x - mx) ** 2));
}

test('200 steps of training keep their tensors and their memory', async () => {
  const pictures = [1, 2, 3, 4].map((seed) => discs('train', seed)).concat(discs('val', 9));
  const settings = {
    network: 'unet-quick',
    size: 64,
    batch: 8,
    steps: 200,
    stepsPerEpoch: 10,
    reestimate: 8,
  };
  const run = await writeRun(await temporaryFolder(), pictures, settings);
  const engine = forkEngine();
  const epochs: Extract<TrainEvent, { kind: 'epoch' }>[] = [];
  await engine.api.train(
    { runFolder: run, resume: false },
    { onEvent: (event) => event.kind === 'epoch' && epochs.push(event) },
  );
  await engine.kill();
  expect(epochs).toHaveLength(20);
  expect(new Set(epochs.map(({ tensors }) => tensors)).size).toBe(1);
  const settled = epochs.filter(({ step }) => step > 50).map(({ step, rssMb }) => ({ x: step, y: rssMb }));
  // A batch is 0.26 MB and one activation of it 1 MB: were one kept, every epoch would grow by that a step.
  const growth = settled.slice(1).map(({ y }, i) => (y - settled[i]!.y) / 10);
  const median = growth.toSorted((a, b) => a - b)[growth.length >> 1]!;
  // Where steps leave little to collect, memory climbs by the files of several epochs and falls back: then its floor counts.
  const floor = (from: number, to: number) => Math.min(...settled.slice(from, to).map(({ y }) => y));
  const half = settled.length >> 1;
  const floorGrowth = (floor(half, settled.length) - floor(0, half)) / (10 * half);
  expect(Math.min(median, floorGrowth)).toBeLessThan(0.15);
  // The heaps of V8 and TensorFlow grow in rare leaps of some 30 MB, each of which bends the line by up to 0.3; one
  // activation kept a step would bend it by 1.
  expect(slope(settled)).toBeLessThan(0.9);
});

test('predicting 100 images leaves no tensor behind', async () => {
  const network = buildNetwork({ network: 'unet-quick', classes: 2, channels: 1, seed: 1 });
  const file = modelFile('unet-quick');
  const predictor = new Predictor(networkPixels(network, file), file);
  await predictor.predict(noisyPicture(64, 64));
  const before = tf.memory().numTensors;
  for (let i = 0; i < 100; i++)
    // Other sizes and tilings each time, as in a folder of images.
    await predictor.predict(noisyPicture(40 + i, 64), { tile: i % 2 ? 0 : 32 });
  expect(tf.memory().numTensors).toBe(before);
  network.model.dispose();
});

test('an engine that predicts 100 images does not grow', async () => {
  const folder = await temporaryFolder();
  const { model } = buildNetwork({ network: 'unet-quick', classes: 2, channels: 1, seed: 1 });
  await writeFile(join(folder, RUN_FILES.model), JSON.stringify(modelFile('unet-quick')));
  await saveWeights(join(folder, RUN_FILES.best), model, {});
  model.dispose();
  const engine = forkEngine();
  const image = noisyPicture(256, 256);
  const rssMb: number[] = [];
  for (let i = 0; i < 460; i++) {
    await engine.api.predict({ model: folder, image });
    rssMb.push(engine.rssMb() ?? 0);
  }
  await engine.kill();
  // Kept probabilities would be 0.5 MB an image, 70 MB in 140 of them, kept activations four times as much, in every
  // stretch of the run. Heaps that leap by some 30 MB do so now and then, so the calmer of two stretches is judged, after
  // 160 images that fill V8's and TensorFlow's heaps; the least of twenty, because garbage comes and goes by tens of MB.
  const least = (from: number) => Math.min(...rssMb.slice(from, from + 20));
  expect(Math.min(least(300) - least(160), least(440) - least(300))).toBeLessThan(35);
});

test('an image that is computed whole takes no more than is reckoned with, and not much less', async () => {
  const SIDE = 1024;
  // A margin of one stride at least, as an image has it all round.
  const padded = { 'unet-mini': SIDE + 8, 'unet-mobilenet': SIDE + 64, 'unet-quick': SIDE + 16 };
  for (const [network, side] of Object.entries(padded) as [keyof typeof padded, number][]) {
    const folder = await temporaryFolder();
    const { model } = buildNetwork({ network, classes: 2, channels: 1, seed: 1 });
    const reckonedMb = (peakBytesPerPixel(model, network) * side * side) / 2 ** 20;
    await writeFile(join(folder, RUN_FILES.model), JSON.stringify(modelFile(network)));
    await saveWeights(join(folder, RUN_FILES.best), model, {});
    model.dispose();
    const engine = forkEngine();
    await engine.api.predict({ model: folder, image: noisyPicture(64, 64) });
    const before = engine.rssMb() ?? 0;
    const whole = { model: folder, image: noisyPicture(SIDE, SIDE), tile: 65_536 };
    for (let i = 0; i < 2; i++) expect((await engine.api.predict(whole)).tiles).toBe(1);
    const takenMb = (engine.peakRssMb() ?? 0) - before;
    await engine.kill();
    if (process.platform !== 'linux') continue;
    expect(takenMb, network).toBeLessThan(reckonedMb);
    expect(takenMb, network).toBeGreaterThan(reckonedMb / 3);
  }
});
