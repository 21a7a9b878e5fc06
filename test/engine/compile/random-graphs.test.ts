/**
 * Random small networks as one graph and operation by operation: equal losses, gradients and statistics. Activations are
 * smooth, because gradients flip with rounding at the kinks of others.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CompiledFunction } from '../../../src-main/engine/compile/compiled-function.js';
import { DeviceVariables } from '../../../src-main/engine/compile/device-variables.js';
import { graphFunctions } from '../../../src-main/engine/compile/graph.js';
import {
  activation,
  batchNorm,
  depthToSpace,
  dropout,
  SeededDropout,
  spaceToDepth,
} from '../../../src-main/engine/layers.js';
import { segmentationLoss } from '../../../src-main/engine/losses.js';
import '../../../src-main/engine/operations.js';
import {
  tf,
  type LayersModel,
  type SymbolicTensor,
  type Tensor,
  type Variable,
} from '../../../src-main/engine/tensorflow.js';
import { randomFor } from '../../../src-main/shared/random.js';

/** One group: normalised over height, width and channels. */
class GroupNorm extends tf.layers.Layer {
  static readonly className = 'GroupNorm';
  override computeOutputShape(shape: (number | null)[]) {
    return shape;
  }
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const { mean, variance } = tf.moments(x, [1, 2, 3], true);
    return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3)));
  }
}

const CLASSES = 3;
const SIZE = 16;

/** Each takes a tensor and gives one of the same height and width, with any number of channels. */
const PARTS: Record<string, (x: SymbolicTensor, seed: number) => SymbolicTensor> = {
  conv: (x, seed) =>
    applied(tf.layers.conv2d({ filters: 4, kernelSize: 3, ...kernel(seed), padding: 'same' }), x),
  pointwise: (x, seed) =>
    applied(tf.layers.conv2d({ filters: 5, kernelSize: 1, useBias: false, ...kernel(seed) }), x),
  depthwise: (x, seed) => {
    const start = tf.initializers.heNormal({ seed });
    return applied(
      tf.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', depthwiseInitializer: start }),
      x,
    );
  },
  stridedAndBack: (x, seed) => {
    const small = tf.layers.conv2d({
      filters: 4,
      kernelSize: 3,
      strides: 2,
      ...kernel(seed),
      padding: 'same',
    });
    return applied(tf.layers.upSampling2d({ size: [2, 2] }), applied(small, x));
  },
  transposed: (x, seed) => {
    const pool = applied(tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }), x);
    const up = tf.layers.conv2dTranspose({
      filters: 3,
      kernelSize: 2,
      strides: 2,
      ...kernel(seed),
      padding: 'same',
    });
    return applied(up, pool);
  },
  batchNorm: (x, seed) => batchNorm(x, `bn${seed}`, { momentum: 0.9 }),
  groupNorm: (x) => applied(new GroupNorm({}), x),
  tanh: (x, seed) => activation(x, `tanh${seed}`, 'tanh'),
  sigmoid: (x) => applied(tf.layers.activation({ activation: 'sigmoid' }), x),
  softplus: (x) => applied(tf.layers.activation({ activation: 'softplus' }), x),
  swish: (x) => applied(tf.layers.activation({ activation: 'swish' }), x),
  maxPool: (x) =>
    applied(
      tf.layers.upSampling2d({ size: [2, 2] }),
      applied(tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }), x),
    ),
  averagePool: (x) => applied(tf.layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }), x),
  dropout: (x, seed) => dropout(x, `drop${seed}`, 0.3),
  spaceToDepth: (x, seed) => depthToSpace(spaceToDepth(x, `down${seed}`), `up${seed}`),
  residual: (x, seed) => {
    const channels = x.shape.at(-1)!;
    const y = applied(
      tf.layers.conv2d({ filters: channels, kernelSize: 3, ...kernel(seed), padding: 'same' }),
      x,
    );
    return tf.layers.add().apply([x, activation(y, `res${seed}`, 'tanh')]) as SymbolicTensor;
  },
  gated: (x) => tf.layers.multiply().apply([x, PARTS['sigmoid']!(x, 0)]) as SymbolicTensor,
  concat: (x, seed) =>
    tf.layers.concatenate({ axis: -1 }).apply([x, PARTS['conv']!(x, seed)]) as SymbolicTensor,
};

const kernel = (seed: number) => ({ kernelInitializer: tf.initializers.heNormal({ seed }) });
const applied = (layer: InstanceType<typeof tf.layers.Layer>, x: SymbolicTensor) =>
  layer.apply(x) as SymbolicTensor;

const network = fc.record({
  parts: fc.array(fc.constantFrom(...Object.keys(PARTS)), { minLength: 1, maxLength: 7 }),
  count: fc.integer({ min: 1, max: 3 }),
  channels: fc.constantFrom(1, 3),
  weighted: fc.boolean(),
  focalGamma: fc.constantFrom(0, 2),
  diceWeight: fc.constantFrom(0, 0.7),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
type Given = typeof network extends fc.Arbitrary<infer T> ? T : never;

function build({ parts, channels, seed }: Given): LayersModel {
  const input = tf.input({ shape: [SIZE, SIZE, channels] });
  let x = PARTS['conv']!(input, seed);
  parts.forEach((name, i) => (x = PARTS[name]!(x, seed + i + 1)));
  const logits = applied(tf.layers.conv2d({ filters: CLASSES, kernelSize: 1, ...kernel(seed) }), x);
  return tf.model({ inputs: input, outputs: logits });
}

const valuesOf = (weight: LayersModel['weights'][number]) => (weight as unknown as { val: Variable }).val;

function compare(given: Given): void {
  const model = build(given);
  const trainable = model.trainableWeights.map(valuesOf);
  const all = model.weights.map(valuesOf);
  const dropouts = model.layers.filter((layer) => layer instanceof SeededDropout);
  const step = ([x, y, keys, weights]: Tensor[]): Tensor[] => {
    for (const layer of dropouts) layer.key = keys!;
    const { value, grads } = tf.variableGrads(
      () =>
        segmentationLoss(model.apply(x!, { training: true }) as Tensor, y!, {
          classWeights: given.weighted ? weights! : null,
          focalGamma: given.focalGamma,
          diceWeight: given.diceWeight,
        }).objective.asScalar(),
      trainable,
    );
    return [value, ...trainable.map(({ name }) => grads[name]!)];
  };
  const device = new DeviceVariables();
  const compiled = new CompiledFunction(graphFunctions()!, device, step);
  const random = randomFor(given.seed, 2);
  tf.tidy(() => {
    const pixels = given.count * SIZE * SIZE;
    const x = Array.from({ length: pixels * given.channels }, () => random.normal());
    const y = Array.from({ length: pixels }, () => (random.chance(0.2) ? -1 : random.integer(CLASSES)));
    const inputs = [
      tf.tensor4d(x, [given.count, SIZE, SIZE, given.channels]),
      tf.tensor3d(y, [given.count, SIZE, SIZE], 'int32'),
      tf.tensor1d([given.seed, 7], 'int32'),
      tf.tensor1d([1, 0.5, 3]),
    ];
    const start = all.map((variable) => variable.dataSync());
    const eager = step(inputs).map((tensor) => tensor.dataSync());
    const moved = all.map((variable) => variable.dataSync());
    all.forEach((variable, i) => variable.assign(tf.tensor(start[i]!, variable.shape)));
    // Twice: the second call runs the graph that the first has made, on the device's own variables.
    for (let call = 0; call < 2; call++) {
      all.forEach((variable, i) => variable.assign(tf.tensor(start[i]!, variable.shape)));
      compiled.call(inputs).forEach((tensor, i) => expectClose(tensor.dataSync(), eager[i]!));
      device.pull();
      all.forEach((variable, i) => expectClose(variable.dataSync(), moved[i]!));
    }
    expect(compiled.traced).toBe(1);
  });
  compiled.dispose();
  device.dispose();
  model.dispose();
}

/** Relative to the size of what is compared, or to 1e-3 where that is rounding itself (a bias before a normalisation). */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    size += expected[i]! ** 2;
  }
  expect(Math.sqrt(difference)).toBeLessThan(1e-4 * Math.max(Math.sqrt(size), 1e-2));
}

test('a random network has the same loss, gradients and statistics as one graph', () => {
  fc.assert(fc.property(network, compare), { numRuns: process.env['BRUSHFIELD_HARD'] ? 300 : 15 });
}, 300_000);

test.each(Object.keys(PARTS))('%s', (part) => {
  const rest = { count: 2, channels: 3, weighted: true, focalGamma: 2, diceWeight: 0.7, seed: 3 } as const;
  compare({ parts: [part, 'tanh', part], ...rest });
});
