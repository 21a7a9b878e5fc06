/** Layers told as records: what is not known is named, and nothing is written for it. */
import { expect, test } from 'vitest';
import { networkLayers } from '../../src-main/engine/network-layers.js';
import { tf, type SymbolicTensor } from '../../src-main/engine/tensorflow.js';

const input = () => tf.input({ shape: [null, null, 2], name: 'image' });
const layersOf = (x: SymbolicTensor, outputs: SymbolicTensor) =>
  networkLayers(tf.model({ inputs: x, outputs, name: 'network' }));

test('a convolution is told with its strides, padding and activation', () => {
  const x = input();
  const options = { filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' } as const;
  const y = tf.layers.conv2d({ name: 'conv', ...options }).apply(x) as SymbolicTensor;
  expect(layersOf(x, y)).toEqual({
    kind: 'layers',
    layers: [
      { name: 'image', inputs: [], operation: { kind: 'input' } },
      {
        name: 'conv',
        inputs: ['image'],
        operation: {
          kind: 'convolution',
          depthwise: false,
          bias: true,
          strides: [2, 2],
          padding: 'same',
          dilations: [1, 1],
          activation: 'relu',
        },
      },
    ],
    output: 'conv',
  });
});

test('a layer, an interpolation or an activation that is not known is named', () => {
  const x = input();
  const apply = (layer: { apply(x: SymbolicTensor): unknown }) => layer.apply(x) as SymbolicTensor;
  const pool = tf.layers.averagePooling2d({ name: 'mean_pool', poolSize: 2 });
  expect(() => layersOf(x, apply(pool))).toThrow(/mean_pool.*AveragePooling2D/);
  const smooth = tf.layers.upSampling2d({ name: 'smooth', size: [2, 2], interpolation: 'bilinear' });
  expect(() => layersOf(x, apply(smooth))).toThrow(/smooth.*UpSampling2D/);
  const elu = tf.layers.conv2d({ name: 'elu', filters: 1, kernelSize: 1, activation: 'elu' });
  expect(() => layersOf(x, apply(elu))).toThrow(/activation elu/);
});
