/**
 * The stated receptive field against the network itself: all weights positive and averaging, nothing saturates and
 * nothing cancels, so that over a black image one bright column changes exactly the outputs that can see it.
 */
import { afterEach, expect, test } from 'vitest';
import { buildNetwork } from '../../src-main/engine/models/build.js';
import type { NetworkOptions } from '../../src-main/engine/models/network.js';
import { receptiveField } from '../../src-main/engine/receptive-field.js';
import { tf, type LayersModel, type Tensor } from '../../src-main/engine/tensorflow.js';
import { readWeights, writeWeights } from '../../src-main/engine/weights.js';

let model: LayersModel | undefined;
afterEach(() => model?.dispose());

/** Kernels average, biases are zero, batch normalisation passes on what it is given. */
function makeAveraging(given: LayersModel): void {
  const weights = readWeights(given);
  for (const [name, { shape, data }] of weights) {
    const depthwise = name.endsWith('/depthwise_kernel');
    if (name.endsWith('kernel')) data.fill(1 / (shape[0]! * shape[1]! * (depthwise ? 1 : shape[2]!)));
    else data.fill(/gamma|variance/.test(name) ? 1 : 0);
  }
  writeWeights(given, weights);
}

/** First and last output column, relative to the input column, that a bright input column changes. */
function reach(given: LayersModel, columns: readonly number[], axis: 'x' | 'y', side: number, thin: number) {
  const [height, width] = axis === 'x' ? [thin, side] : [side, thin];
  const output = tf.tidy(() => {
    const x = tf.buffer([columns.length, height, width, 1]);
    columns.forEach((column, n) => {
      for (let i = 0; i < thin; i++)
        if (axis === 'x') x.set(1e10, n, i, column, 0);
        else x.set(1e10, n, column, i, 0);
    });
    const logits = given.predict(x.toTensor()) as Tensor;
    return tf.max(logits, axis === 'x' ? [1, 3] : [2, 3]).dataSync();
  });
  return columns.map((column, n) => {
    const line = output.subarray(n * side, (n + 1) * side);
    const first = line.findIndex((value) => value !== 0);
    const last = line.findLastIndex((value) => value !== 0);
    return { first: first - column, last: last - column };
  });
}

const NETWORKS: Pick<NetworkOptions, 'network' | 'padding' | 'width' | 'depth'>[] = [
  { network: 'unet-quick', padding: 'same' },
  { network: 'unet-quick', padding: 'same', width: 0.25, depth: 2 },
  { network: 'unet-mini', padding: 'same' },
  { network: 'unet-mobilenet', padding: 'same' },
  { network: 'unet-mobilenet', padding: 'symmetric' },
];

test.each(NETWORKS)(
  '$network with $padding padding, $depth levels, sees as far as stated and no farther',
  (given) => {
    // ReLU6 would saturate; ReLU sees as far.
    const network = buildNetwork({ ...given, classes: 2, channels: 1, seed: 1, activation: 'relu' });
    const { multipleOf } = network;
    model = network.model;
    makeAveraging(model);
    const { before, after, side } = receptiveField(model);
    expect(side).toBe(before + 1 + after);

    const up = (px: number) => Math.ceil(px / multipleOf) * multipleOf;
    const middle = up(after) + multipleOf;
    const full = middle + multipleOf + up(before) + multipleOf;
    // The interval is the same for all phases of the stride, so its ends are reached by some phase only.
    const phases = Array.from({ length: multipleOf }, (_, i) => middle + i);
    for (const axis of ['x', 'y'] as const) {
      const reached = reach(model, phases, axis, full, multipleOf);
      // An output sees `before` pixels to its left: an input is seen by outputs up to `before` to its right.
      const seen = {
        before: Math.max(...reached.map((at) => at.last)),
        after: -Math.min(...reached.map((at) => at.first)),
      };
      expect(seen.before).toBeLessThanOrEqual(before);
      expect(seen.after).toBeLessThanOrEqual(after);
      // Symmetric padding makes the stated end one pixel too cautious.
      expect(seen.before).toBeGreaterThanOrEqual(before - 1);
      expect(seen.after).toBeGreaterThanOrEqual(after - 1);
    }
  },
);
