/** What predictions compute, for comparisons with Keras. */
import { expect } from 'vitest';
import { ForwardPass } from '../../src-main/engine/forward-pass.js';
import { AS_IT_IS } from '../../src-main/engine/predict-tile.js';
import type { LayersModel, Tensor } from '../../src-main/engine/tensorflow.js';

/** Probabilities by one graph, image by image. */
export function frozenProbabilities(model: LayersModel, x: Tensor, count: number): Float32Array {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const classes = Array.from({ length: count }, (_, value) => ({
    value,
    name: `${value}`,
    color: '#000000',
  }));
  const pass = new ForwardPass(model, classes, { compiled: true });
  const maps = Array.from({ length: channels }, () => AS_IT_IS);
  const size = height * width * channels;
  const values = x.dataSync() as Float32Array;
  const found = Array.from({ length: x.shape[0]! }, (_, image) =>
    pass.probabilities({
      values: values.slice(image * size, (image + 1) * size),
      shape: [height, width, channels],
      maps,
    }),
  );
  expect(pass.eagerBecause).toBeNull();
  pass.dispose();
  return Float32Array.from(found.flatMap((part) => [...part]));
}
