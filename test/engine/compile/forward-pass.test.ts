/** What one graph says of pixels is what eager execution says, for every size and after every change of the weights. */
import { afterAll, describe, expect, test, vi } from 'vitest';
import { ForwardPass, type Pixels } from '../../../src-main/engine/forward-pass.js';
import { buildNetwork } from '../../../src-main/engine/models/build.js';
import { AS_IT_IS } from '../../../src-main/engine/predict-tile.js';
import { tf, type LayersModel } from '../../../src-main/engine/tensorflow.js';
import { readWeights, writeWeights } from '../../../src-main/engine/weights.js';
import { randomFor } from '../../../src-main/shared/random.js';
import { NETWORKS, type NetworkName } from '../../../src-main/shared/settings.js';
import { largestDifference, livenWeights } from '../../parity/network-weights.js';

const CLASSES = [0, 7, 255].map((value) => ({ value, name: `class ${value}`, color: '#000000' }));

const models: LayersModel[] = [];
afterAll(() => models.forEach((model) => model.dispose()));

const networkOf = (network: NetworkName, padding: 'same' | 'symmetric' = 'same') => {
  const { model } = buildNetwork({ network, classes: 3, channels: 3, seed: 2, padding });
  liven(model, 4);
  models.push(model);
  return model;
};

/** Logits of some ±5, as trained networks have: rounding grows with them, and made-up weights of unet-quick give ±60. */
function liven(model: LayersModel, seed: number): void {
  livenWeights(model, seed);
  const weights = readWeights(model);
  const { shape, data } = weights.get('logits/kernel')!;
  const scale = model.name === 'unet-quick' ? 1 / 12 : 1;
  writeWeights(model, weights.set('logits/kernel', { shape, data: data.map((value) => value * scale) }));
}

const noise = (height: number, width: number): Pixels => {
  const random = randomFor(height, width);
  const values = Float32Array.from({ length: height * width * 3 }, () => random.normal());
  return { values, shape: [height, width, 3], maps: [AS_IT_IS, AS_IT_IS, AS_IT_IS] };
};

/** Bytes, and numbers far from zero, each channel mapped by itself. */
const stored = (height: number, width: number, bytes: boolean): Pixels => {
  const random = randomFor(width, height);
  const numbers = Array.from({ length: height * width * 3 }, () => random.integer(256));
  const far = 1_000_000.3;
  return {
    values: bytes ? Uint8Array.from(numbers) : Float32Array.from(numbers, (value) => far + value),
    shape: [height, width, 3],
    maps: [50.37, 120.1, 127.5].map((offset, c) => ({
      offset: bytes ? offset : far + offset,
      scale: 1 / (40 + 10 * c),
      low: c ? -1 : -Infinity,
      high: c ? 1.5 : Infinity,
    })),
  };
};

/** Labels may differ only where two classes are equally likely, but for rounding. */
function expectEqual(compiled: ForwardPass, eager: ForwardPass, pixels: Pixels): void {
  const probabilities = eager.probabilities(pixels);
  expect(largestDifference(compiled.probabilities(pixels), probabilities)).toBeLessThan(1e-5);
  const [actual, expected] = [compiled.classes(pixels), eager.classes(pixels)];
  expect(actual.labels).toHaveLength(expected.labels.length);
  actual.labels.forEach((label, i) => {
    const of = (value: number) => probabilities[3 * i + CLASSES.findIndex((known) => known.value === value)]!;
    if (label !== expected.labels[i]) expect(of(label)).toBeCloseTo(of(expected.labels[i]!), 4);
    expect(Math.abs(actual.confidence[i]! - expected.confidence[i]!)).toBeLessThanOrEqual(1);
  });
}

describe.each([
  ['unet-quick', 'same'],
  ['unet-mini', 'same'],
  ['unet-mobilenet', 'same'],
  ['unet-mobilenet', 'symmetric'],
] as const)('%s, %s', (name, padding) => {
  test('gives the same, whatever the size, also with other weights', () => {
    const model = networkOf(name, padding);
    const eager = new ForwardPass(model, CLASSES, { compiled: false });
    const compiled = new ForwardPass(model, CLASSES, { compiled: true });
    for (const seed of [4, 5]) {
      liven(model, seed);
      for (const pixels of [noise(64, 96), noise(32, 32), stored(96, 64, false), stored(32, 160, true)])
        expectEqual(compiled, eager, pixels);
    }
    // Probabilities and classes, of bytes and of numbers.
    expect(compiled.graphs).toBe(4);
    expect(eager.graphs).toBe(0);
    compiled.dispose();
    expect(compiled.graphs).toBe(0);
    expect(compiled.eagerBecause).toBeNull();
  });
});

test('every network runs as a graph', () => {
  for (const name of NETWORKS) {
    const pass = new ForwardPass(networkOf(name), CLASSES, { compiled: true });
    pass.classes(noise(32, 32));
    expect(pass.eagerBecause).toBeNull();
    pass.dispose();
  }
});

test('memory stays, over many sizes and changes of the weights', () => {
  const model = networkOf('unet-mini');
  const pass = new ForwardPass(model, CLASSES, { compiled: true });
  const run = (count: number) => {
    for (let i = 0; i < count; i++) {
      if (i % 10 === 0) livenWeights(model, i);
      pass.classes(noise(16 + 4 * (i % 7), 64));
    }
  };
  run(60);
  const [tensors, mb] = [tf.memory().numTensors, process.memoryUsage().rss / 2 ** 20];
  run(300);
  expect(tf.memory().numTensors).toBe(tensors);
  // One network's weights are 1.9 MB, an activation 1 MB: either kept would be 60 or 300 MB.
  expect(process.memoryUsage().rss / 2 ** 20 - mb).toBeLessThan(50);
  pass.dispose();
});

test('a network with a layer of unknown kind runs operation by operation and says so once', () => {
  const warnings = vi.spyOn(process, 'emitWarning').mockReturnValue();
  const input = tf.input({ shape: [null, null, 3] });
  const odd = tf.layers.leakyReLU({ name: 'leaky' }).apply(input) as typeof input;
  const output = tf.layers.conv2d({ filters: 3, kernelSize: 1 }).apply(odd) as typeof input;
  const model = tf.model({ inputs: input, outputs: output });
  models.push(model);
  const eager = new ForwardPass(model, CLASSES, { compiled: false });
  const pass = new ForwardPass(model, CLASSES, { compiled: true });
  for (let i = 0; i < 2; i++)
    expect(pass.probabilities(noise(8, 8))).toEqual(eager.probabilities(noise(8, 8)));
  expect(pass.eagerBecause).toContain('leaky');
  expect(warnings).toHaveBeenCalledTimes(1);
  warnings.mockRestore();
});
