/**
 * Tiled prediction equals the untiled one, with random weights and batch normalisation whose statistics, scales and
 * shifts are far from 0 and 1; and the same tiles without a halo do not. test/hard does all networks at 2048².
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildNetwork } from '../../src-main/engine/models/build.js';
import { networkPixels } from '../../src-main/engine/pixel-model.js';
import { Predictor } from '../../src-main/engine/predict.js';
import { tf, type Tensor } from '../../src-main/engine/tensorflow.js';
import { planTiles } from '../../src-main/engine/tiles.js';
import type { ModelFile } from '../../src-main/shared/engine-api.js';
import { AppError } from '../../src-main/shared/errors.js';
import { NETWORKS } from '../../src-main/shared/settings.js';
import {
  expectTiledEqual,
  largestDifference,
  modelFile,
  noisyPicture,
  tiledCase,
  type TiledCase,
} from './tiled-case.js';

describe.each(NETWORKS)('%s', (name) => {
  let given: TiledCase;
  beforeAll(() => {
    given = tiledCase(name);
  });
  afterAll(() => given.network.model.dispose());

  test('tiles of 128 px of an image of 333 × 517 px give what the whole gives', async () => {
    const { values } = await expectTiledEqual(given, { width: 333, height: 517, tile: 128, tiles: 12 });
    // Neither saturated nor constant: a difference would show.
    const uncertain = values.filter((p) => p > 0.05 && p < 0.95).length / values.length;
    expect(uncertain).toBeGreaterThan(0.2);
  });

  test('an image smaller than the stride is predicted too', async () => {
    const { values, tiles } = await given.predictor.probabilities(noisyPicture(3, 5));
    expect(tiles).toBe(1);
    expect(values).toHaveLength(30);
    for (let i = 0; i < values.length; i += 2) expect(values[i]! + values[i + 1]!).toBeCloseTo(1, 5);
  });

  test('tiles without a halo differ: what makes the tests above pass is the halo', () => {
    const side = 256;
    const image = noisyPicture(side, side);
    const input = tf.tensor4d(
      Float32Array.from(image.data, (v) => (v - 128) / 50),
      [1, side, side, 1],
    );
    const forward = (x0: number, y0: number, width: number, height: number) => {
      const output = tf.tidy(() => {
        const part = tf.slice(input, [0, y0, x0, 0], [1, height, width, 1]);
        return tf.softmax(given.network.model.predictOnBatch(part) as Tensor);
      });
      const values = output.dataSync() as Float32Array;
      output.dispose();
      return values;
    };
    const whole = forward(0, 0, side, side);
    const spans = planTiles(side, 128, 0, given.network.multipleOf);
    expect(spans).toHaveLength(2);
    let largest = 0;
    for (const row of spans)
      for (const column of spans) {
        const [w, h] = [column.end - column.start, row.end - row.start];
        const part = forward(column.start, row.start, w, h);
        for (let y = 0; y < h; y++) {
          const from = ((row.start + y) * side + column.start) * 2;
          largest = Math.max(
            largest,
            largestDifference(part.subarray(y * w * 2, (y + 1) * w * 2), whole.subarray(from, from + w * 2)),
          );
        }
      }
    input.dispose();
    expect(largest).toBeGreaterThan(1e-3);
  });
});

test('tiles of 512 px of an image of 2048 × 2048 px give what the whole gives, with unet-quick', async () => {
  const given = tiledCase('unet-quick');
  await expectTiledEqual(given, { width: 2048, height: 2048, tile: 512, tiles: 16 });
  given.network.model.dispose();
});

test('a stop is heard between two tiles', async () => {
  const network = buildNetwork({ network: 'unet-quick', classes: 2, channels: 1, seed: 8 });
  const file = modelFile('unet-quick');
  const predictor = new Predictor(networkPixels(network, file), file);
  const stop = new AbortController();
  const prediction = predictor.predict(noisyPicture(256, 256), { tile: 64, signal: stop.signal });
  stop.abort(new AppError('stopped', 'Stopped.'));
  await expect(prediction).rejects.toMatchObject({ code: 'stopped' });
  network.model.dispose();
});

test('an image with other channels than the model was trained on is refused', async () => {
  const network = buildNetwork({ network: 'unet-mini', classes: 2, channels: 2, seed: 8 });
  const file: ModelFile = {
    ...modelFile('unet-mini'),
    input: { channels: 'all', count: 2, intensity: 'z-score' },
  };
  const predictor = new Predictor(networkPixels(network, file), file);
  await expect(predictor.predict(noisyPicture(64, 64))).rejects.toMatchObject({ code: 'unsupported-image' });
  network.model.dispose();
});
