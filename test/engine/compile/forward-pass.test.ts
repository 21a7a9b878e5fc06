/** Probabilities as one graph are those of eager execution, and follow the weights. */
import { afterAll, expect, test } from 'vitest';
import { ForwardPass } from '../../../src-main/engine/forward-pass.js';
import { buildNetwork } from '../../../src-main/engine/models/build.js';
import { tf, type LayersModel } from '../../../src-main/engine/tensorflow.js';
import { NETWORKS } from '../../../src-main/shared/settings.js';
import { livenWeights } from '../../parity/network-weights.js';
import { randomFor } from '../../../src-main/shared/random.js';

const models: LayersModel[] = [];
afterAll(() => models.forEach((model) => model.dispose()));

const networkOf = (network: (typeof NETWORKS)[number]) => {
  const { model } = buildNetwork({ network, classes: 3, channels: 3, seed: 2 });
  livenWeights(model, 4);
  models.push(model);
  return model;
};

const picture = (height: number, width: number) => {
  const random = randomFor(height, width);
  return Float32Array.from({ length: height * width * 3 }, () => random.normal());
};

function expectEqual(actual: Float32Array, expected: Float32Array): void {
  expect(actual).toHaveLength(expected.length);
  const difference = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  expect(difference).toBeLessThan(1e-4);
}

test.each(NETWORKS)('%s gives the same probabilities, under changed weights too', (name) => {
  const model = networkOf(name);
  const eager = new ForwardPass(model, { compiled: false });
  const compiled = new ForwardPass(model, { compiled: true });
  for (const seed of [4, 5]) {
    livenWeights(model, seed);
    for (const shape of [
      [64, 96, 3],
      [64, 96, 3],
      [96, 64, 3],
      [64, 96, 3],
    ] as const)
      expectEqual(
        compiled.run(picture(shape[0], shape[1]), shape),
        eager.run(picture(shape[0], shape[1]), shape),
      );
  }
  expect(compiled.graphs).toBe(2);
  expect(eager.graphs).toBe(0);
  compiled.dispose();
});

test('sizes that come once get no graph, and no more than four graphs are kept', () => {
  const model = networkOf('unet-mini');
  const pass = new ForwardPass(model, { compiled: true });
  const before = tf.memory().numTensors;
  for (let i = 1; i <= 6; i++) pass.run(picture(8, 4 * i), [8, 4 * i, 3]);
  expect(pass.graphs).toBe(0);
  for (let i = 1; i <= 6; i++) pass.run(picture(8, 4 * i), [8, 4 * i, 3]);
  expect(pass.graphs).toBe(2);
  expect(tf.memory().numTensors).toBe(before);
  pass.dispose();
});
