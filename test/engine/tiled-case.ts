/** A network with random weights, and its tiled prediction beside the untiled one. */
import { expect, vi } from 'vitest';
import { ForwardPass } from '../../src-main/engine/forward-pass.js';
import { buildNetwork } from '../../src-main/engine/models/build.js';
import type { Network } from '../../src-main/engine/models/network.js';
import { networkPixels } from '../../src-main/engine/pixel-model.js';
import { Predictor } from '../../src-main/engine/predict.js';
import { tf, type LayersModel } from '../../src-main/engine/tensorflow.js';
import { readWeights, writeWeights } from '../../src-main/engine/weights.js';
import type { ModelFile } from '../../src-main/shared/engine-api.js';
import type { PixelImage } from '../../src-main/shared/model.js';
import { randomFor } from '../../src-main/shared/random.js';
import type { NetworkName } from '../../src-main/shared/settings.js';
import { CLASSES } from './synthetic-run.js';

export const modelFile = (network: NetworkName): ModelFile => ({
  version: 1,
  network,
  classes: CLASSES,
  input: { channels: 'grey', count: 1, intensity: 'z-score' },
  scaleMode: 'native',
  size: 128,
  padding: 'same',
  settings: {},
});

/** Scales and shifts at random, then the statistics of a batch of noise, so that no layer saturates or dies. */
function enliven(model: LayersModel): void {
  const random = randomFor(4, 2);
  const weights = readWeights(model);
  for (const [name, { data }] of weights)
    if (name.endsWith('/gamma')) data.forEach((_, i) => (data[i] = random.uniform(0.5, 1.5)));
    else if (/\/(beta|bias)$/.test(name)) data.forEach((_, i) => (data[i] = 0.2 * random.normal()));
  writeWeights(model, weights);
  tf.tidy(() => {
    const noise = tf.randomNormal([2, 128, 128, 1], 0, 1, 'float32', 5);
    // Moving averages come close to a batch's statistics after many times the same.
    for (let i = 0; i < 30; i++) model.apply(noise, { training: true });
  });
}

export function noisyPicture(width: number, height: number): PixelImage {
  const random = randomFor(width, height);
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const wave = 60 * Math.sin((i % width) / 31) * Math.cos(Math.floor(i / width) / 23);
    return Math.min(255, Math.max(0, 128 + wave + 25 * random.normal()));
  });
  return { width, height, channels: 1, alpha: false, type: 'uint8', data };
}

export const largestDifference = (a: Float32Array, b: Float32Array) => {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
};

/** Counts the pixels of which a network's probabilities are computed. */
function countPixels(): () => number {
  const computed = vi.spyOn(ForwardPass.prototype, 'probabilities');
  return () => {
    const pixels = computed.mock.calls.reduce((sum, [{ shape }]) => sum + shape[0] * shape[1], 0);
    computed.mockClear();
    return pixels;
  };
}

export interface TiledCase {
  network: Network;
  predictor: Predictor;
  /** Pixels that went through the network since the last call. */
  computed: () => number;
}

export function tiledCase(name: NetworkName): TiledCase {
  const network = buildNetwork({ network: name, classes: 2, channels: 1, seed: 8, bnMomentum: 0.8 });
  enliven(network.model);
  const computed = countPixels();
  return {
    network,
    computed,
    predictor: new Predictor(networkPixels(network, modelFile(name)), modelFile(name)),
  };
}

/** Expects equal probabilities to 1e-4 and the overhead that was really computed; returns the untiled prediction. */
export async function expectTiledEqual(
  { predictor, computed }: TiledCase,
  { width, height, tile, tiles }: { width: number; height: number; tile: number; tiles: number },
) {
  const image = noisyPicture(width, height);
  computed();
  const whole = await predictor.probabilities(image, { tile: 4096 });
  expect(whole.tiles).toBe(1);
  expect(whole.overhead).toBeCloseTo(computed() / (width * height) - 1, 10);
  const tiled = await predictor.probabilities(image, { tile });
  expect(tiled.tiles).toBeGreaterThanOrEqual(tiles);
  expect(tiled.overhead).toBeCloseTo(computed() / (width * height) - 1, 10);
  expect(tiled.overhead).toBeGreaterThan(whole.overhead);
  expect(largestDifference(tiled.values, whole.values)).toBeLessThan(1e-4);
  return whole;
}
